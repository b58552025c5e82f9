/** The narrow waist: rows of token ids go in, floats a token come out, slopes go back; and the types of models. */
@NullMarked
package dev.reft.model;

import org.jspecify.annotations.NullMarked;
