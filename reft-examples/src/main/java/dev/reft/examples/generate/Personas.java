package dev.reft.examples.generate;

import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Who asks: prompts differ as much as the people that a model is to write for. */
public final class Personas {
    private static final List<String> OWN = List.of(
            "a nurse on night shifts in a small hospital",
            "a retired bus driver who repairs radios",
            "a beekeeper in a dry valley",
            "a student of law in her first year",
            "a father of twins who bakes bread at dawn",
            "a harbour pilot in the far north",
            "a teacher of mathematics at a village school",
            "a guard at a museum of natural history",
            "a young chess player before her first tournament",
            "a farmer who turns to growing herbs",
            "a translator of old letters",
            "a plumber with three apprentices",
            "a cellist in a town orchestra",
            "a ranger in a forest of oaks",
            "an astronomer who works at a school observatory",
            "a tailor who makes costumes for the theatre",
            "a volunteer at an animal shelter",
            "an accountant in a family bakery",
            "a cyclist who crosses countries alone",
            "a librarian who collects maps",
            "a cook on a research ship",
            "an electrician in a wind park",
            "a grandmother who learns to program",
            "a referee of youth football",
            "a geologist who looks for ground water",
            "a clerk in the town hall who plans a street fair",
            "a potter with a shop by the station",
            "a physiotherapist for dancers",
            "a boy of twelve who builds model trains",
            "a journalist at a local paper");

    private Personas() {}

    /**
     * A list of our own, for when there is no other.
     *
     * @return personas in a few words each, all different
     */
    public static List<String> own() {
        return OWN;
    }

    /**
     * Reads a list, a row {@code {"persona": "..."}} each.
     *
     * @param file JSON lines
     * @return the personas, in order
     * @throws IllegalArgumentException naming file, row, field and value, if one is absent or blank
     */
    public static List<String> read(Path file) {
        List<String> personas = new ArrayList<>();
        for (JsonRow row : JsonLines.read(file)) {
            if (row.text("persona").isBlank()) {
                throw row.wrong("persona", "must not be blank");
            }
            personas.add(row.text("persona").strip());
        }
        return personas;
    }
}
