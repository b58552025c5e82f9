package dev.reft.examples.view;

import dev.reft.io.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A page of tables with notes, as one HTML file that opens from disk; the tables are Markdown too. */
public final class TablePage {
    private TablePage() {}

    /**
     * A table with notes below it.
     *
     * @param heading "" for none
     * @param columns headings of the columns
     * @param rows their cells, as many as columns in each
     * @param notes paragraphs
     */
    public record Section(String heading, List<String> columns, List<List<String>> rows, List<String> notes) {
        /**
         * Copies the lists.
         *
         * @throws IllegalArgumentException if a row has not as many cells as there are columns
         */
        public Section {
            columns = List.copyOf(columns);
            rows = rows.stream().map(List::copyOf).toList();
            notes = List.copyOf(notes);
            for (List<String> row : rows) {
                if (row.size() != columns.size()) {
                    throw new IllegalArgumentException("the row " + row + " has not the columns " + columns);
                }
            }
        }

        /**
         * The table and its notes in Markdown.
         *
         * @return the lines
         */
        public List<String> markdown() {
            List<String> lines = new ArrayList<>();
            lines.add("| " + String.join(" | ", columns) + " |");
            lines.add("|---".repeat(columns.size()) + "|");
            rows.forEach(row -> lines.add("| " + String.join(" | ", row) + " |"));
            for (String note : notes) {
                lines.add("");
                lines.add(note);
            }
            return lines;
        }
    }

    /**
     * Renders a page.
     *
     * @param title the heading
     * @param lead one paragraph below it
     * @param sections the tables
     * @return a whole HTML page
     */
    public static String render(String title, String lead, List<Section> sections) {
        StringBuilder out = new StringBuilder();
        out.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>")
                .append(Html.escape(title))
                .append("</title>\n<style>\n")
                .append(HtmlReport.style())
                .append("</style></head><body><main>\n<h1>")
                .append(Html.escape(title))
                .append("</h1>\n<p class=\"lead\">")
                .append(Html.escape(lead))
                .append("</p>\n");
        sections.forEach(section -> table(out, section));
        return out.append("</main></body></html>\n").toString();
    }

    private static void table(StringBuilder out, Section section) {
        if (!section.heading().isEmpty()) {
            out.append("<h2>").append(Html.escape(section.heading())).append("</h2>\n");
        }
        out.append("<div class=\"wide\"><table><thead><tr>");
        section.columns()
                .forEach(
                        column -> out.append("<th>").append(Html.escape(column)).append("</th>"));
        out.append("</tr></thead><tbody>\n");
        for (List<String> row : section.rows()) {
            out.append("<tr>");
            row.forEach(cell -> out.append("<td>").append(Html.escape(cell)).append("</td>"));
            out.append("</tr>\n");
        }
        out.append("</tbody></table></div>\n");
        section.notes()
                .forEach(note -> out.append("<p class=\"note\">")
                        .append(Html.escape(note))
                        .append("</p>\n"));
    }

    /**
     * Writes a page: aside, forced to disk, then moved into place.
     *
     * @param title the heading
     * @param lead one paragraph below it
     * @param sections the tables
     * @param file the HTML file
     * @throws IOException if it cannot be written
     */
    public static void write(String title, String lead, List<Section> sections, Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        Files.createDirectories(absolute.resolveSibling(".").normalize());
        AtomicFiles.writeText(absolute, render(title, lead, sections));
    }
}
