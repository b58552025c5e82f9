package dev.reft.graders.openai;

import dev.reft.text.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The messages of a model grader, rendered, in the shapes of chat completions. */
final class ModelMessages {
    private ModelMessages() {}

    static List<Message> render(List<ModelMessage> input, Evaluation evaluation) throws FlaggedException {
        List<Message> messages = new ArrayList<>();
        for (ModelMessage message : input) {
            messages.add(new Message(message.role(), content(message, evaluation), Map.of()));
        }
        return messages;
    }

    private static Object content(ModelMessage message, Evaluation evaluation) throws FlaggedException {
        if (message.content().size() == 1 && message.content().get(0) instanceof ModelMessage.Part.Text text) {
            return evaluation.render(text.text());
        }
        List<Object> parts = new ArrayList<>();
        for (ModelMessage.Part part : message.content()) {
            parts.add(part(part, evaluation));
        }
        return parts;
    }

    private static Map<String, Object> part(ModelMessage.Part part, Evaluation evaluation) throws FlaggedException {
        Map<String, Object> shown = new LinkedHashMap<>();
        if (part instanceof ModelMessage.Part.Text text) {
            shown.put("type", "text");
            shown.put("text", evaluation.render(text.text()));
        } else if (part instanceof ModelMessage.Part.Image image) {
            Map<String, Object> url = new LinkedHashMap<>();
            url.put("url", evaluation.render(image.url()));
            if (image.detail() != null) {
                url.put("detail", image.detail());
            }
            shown.put("type", "image_url");
            shown.put("image_url", url);
        } else if (part instanceof ModelMessage.Part.Audio audio) {
            Map<String, Object> fields = new LinkedHashMap<>();
            for (Map.Entry<String, Template> field : audio.fields().entrySet()) {
                fields.put(field.getKey(), evaluation.render(field.getValue()));
            }
            shown.put("type", "input_audio");
            shown.put("input_audio", fields);
        }
        return shown;
    }
}
