package dev.reft.checkpoint.hub;

/**
 * How far a fetch is.
 *
 * @param file the file being fetched, empty before the first and after the last
 * @param files files that are there
 * @param allFiles files to be there in the end; 0 while that is not known
 * @param bytes bytes that are there, those of earlier and interrupted fetches included
 * @param allBytes bytes to be there in the end; 0 while that is not known
 */
public record FetchProgress(String file, int files, int allFiles, long bytes, long allBytes) {}
