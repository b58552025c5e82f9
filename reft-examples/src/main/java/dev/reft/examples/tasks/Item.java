package dev.reft.examples.tasks;

import dev.reft.examples.data.WordProblems.Part;
import dev.reft.grading.Prompt;
import dev.reft.ppo.SftExample;
import dev.reft.random.Seeds;
import dev.reft.random.Seeds.Stream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A generated item of a task.
 *
 * @param id names it within its part
 * @param question what the model reads, words between single spaces
 * @param target an answer to imitate
 * @param reference what a grader checks against
 * @param attributes what else a grader reads
 */
record Item(String id, String question, String target, String reference, Map<String, Object> attributes) {
    private static final String GO_ON = " =>";

    Item {
        attributes = Map.copyOf(attributes);
    }

    /** The item without a name, as a generator draws it. */
    static Item of(String question, String target, String reference, Map<String, Object> attributes) {
        return new Item("", question, target, reference, attributes);
    }

    Prompt prompt() {
        return new Prompt(id, new Prompt.Input.Text(question + GO_ON), reference, attributes);
    }

    SftExample example() {
        return SftExample.text(id, question + GO_ON, target);
    }

    static List<Prompt> prompts(List<Item> items) {
        return items.stream().map(Item::prompt).toList();
    }

    /**
     * The items of a part. A question's text decides which part it may go to (a hash), so no question of one part is in another,
     * whatever the counts; the first n do not depend on how many are asked for.
     *
     * @throws IllegalArgumentException if the part has not so many different questions
     */
    static List<Item> draw(long seed, Part part, int count, Function<Dice, Item> generator) {
        List<Item> items = new ArrayList<>();
        Set<String> questions = new HashSet<>();
        for (long draw = 0; items.size() < count; draw++) {
            if (draw > 1000L + 200L * count) {
                throw new IllegalArgumentException("there are no " + count + " different questions of " + part);
            }
            Item item = generator.apply(new Dice(Seeds.at(seed, Stream.SHUFFLE, draw, part.name(), 0)));
            if (home(item.question) == part && questions.add(item.question)) {
                String id = part.name().toLowerCase(Locale.ROOT) + "_" + items.size();
                items.add(new Item(id, item.question, item.target, item.reference, item.attributes));
            }
        }
        return items;
    }

    /** 1/8 to imitate, 1/8 to test on, the rest to reinforce on. */
    private static Part home(String question) {
        long place = Seeds.at(1, Stream.SHUFFLE, 0, question, 0) >>> 61;
        return place == 0 ? Part.CHAINS : place == 1 ? Part.TEST : Part.ANSWERS;
    }
}
