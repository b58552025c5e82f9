package dev.reft.examples.tasks;

import dev.reft.graders.structured.FieldGrader;
import dev.reft.graders.structured.ObjectGrader.Field;
import dev.reft.graders.structured.StructuredGrader;
import dev.reft.grading.Grader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Extraction into JSON: what a short text says of a person's university, programming languages, city and state, graded field by field. The
 * text may also speak of somebody else. All rows are made up.
 */
final class ExtractionTask implements Task {
    private static final List<String> NAMES = List.of("Ann", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gina", "Hugo");
    private static final List<String> UNIVERSITIES =
            List.of("Norvale", "Aldmoor", "Tarnholt", "Ostmere", "Kestrel", "Fenwood", "Dunbrook", "Elmstead");
    private static final List<String> LANGUAGES =
            List.of("Java", "Rust", "Python", "Scala", "Kotlin", "Haskell", "Erlang", "Prolog");
    private static final List<String> CITIES =
            List.of("Lakeview", "Springford", "Millport", "Ashdale", "Redcliff", "Stonebay", "Oakham", "Westbury");
    private static final List<String> STATES =
            List.of("Ohio", "Texas", "Utah", "Iowa", "Maine", "Nevada", "Idaho", "Kansas");
    private static final List<String> SYNTAX = List.of(
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "\"university\"",
            "\"programming_languages\"",
            "\"city\"",
            "\"state\"",
            "studies",
            "at",
            "lives",
            "in",
            "writes",
            "from",
            "is");

    @Override
    public String name() {
        return "extraction";
    }

    @Override
    public List<String> words() {
        List<String> words = new ArrayList<>(SYNTAX);
        words.addAll(UNIVERSITIES);
        words.addAll(LANGUAGES);
        words.addAll(CITIES);
        words.addAll(STATES);
        return words;
    }

    @Override
    public Item draw(Dice dice) {
        List<String> people = dice.some(NAMES, 2);
        String name = people.get(0);
        String university = dice.pick(UNIVERSITIES);
        List<String> languages = dice.some(LANGUAGES, dice.from(1, 3));
        String city = dice.pick(CITIES);
        String state = dice.pick(STATES);
        List<String> said = new ArrayList<>();
        said.add(name + " studies at " + university);
        said.add(name + " writes " + String.join(" and ", languages));
        said.add(
                dice.chance(0.5)
                        ? name + " lives in " + city + " , " + state
                        : name + " is from " + city + " in " + state);
        if (dice.chance(0.5)) {
            said.add(somebodyElse(dice, people.get(1)));
        }
        String question = name + " ? " + String.join(" . ", dice.shuffled(said)) + " .";
        String json = json(university, languages, city, state);
        return Item.of(question, json, json, Map.of());
    }

    private static String somebodyElse(Dice dice, String other) {
        return switch (dice.below(3)) {
            case 0 -> other + " studies at " + dice.pick(UNIVERSITIES);
            case 1 -> other + " writes " + dice.pick(LANGUAGES);
            default -> other + " lives in " + dice.pick(CITIES) + " , " + dice.pick(STATES);
        };
    }

    /** JSON whose words stand between spaces, also within texts: the model has a word for each name and one for the quote. */
    private static String json(String university, List<String> languages, String city, String state) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("university", quoted(university));
        fields.put(
                "programming_languages",
                "[ " + languages.stream().map(ExtractionTask::quoted).collect(Collectors.joining(" , ")) + " ]");
        fields.put("city", quoted(city));
        fields.put("state", quoted(state));
        return fields.entrySet().stream()
                .map(field -> "\"" + field.getKey() + "\" : " + field.getValue())
                .collect(Collectors.joining(" , ", "{ ", " }"));
    }

    private static String quoted(String text) {
        return "\" " + text + " \"";
    }

    @Override
    public Grader grader() {
        return new WholeAnswers(StructuredGrader.of(
                new Field("university", FieldGrader.TEXT, 1),
                new Field("programming_languages", FieldGrader.listF1(FieldGrader.TEXT), 1),
                new Field("city", FieldGrader.TEXT, 1),
                new Field("state", FieldGrader.TEXT, 1)));
    }

    @Override
    public int maxTokens() {
        return 40;
    }
}
