/** Chat templates: the part of the Jinja language that published models use, rendered as transformers renders it. */
@NullMarked
package dev.reft.checkpoint.template;

import org.jspecify.annotations.NullMarked;
