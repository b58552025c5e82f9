package dev.reft.torch;

import dev.reft.checkpoint.SafetensorsWriter;
import dev.reft.checkpoint.TensorFile;
import dev.reft.checkpoint.TensorInfo;
import dev.reft.io.AtomicFiles;
import dev.reft.model.Optimizer;
import dev.reft.torch.Parameter.Piece;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The state of a policy on disk: {@code weights.safetensors} with all trained parameters in fp32, {@code
 * moments.safetensors}, and {@code state.json} with counters, the optimiser, and what the state belongs to.
 */
final class StateFiles {
    private static final String STATE = "state.json";
    private static final String WEIGHTS = "weights.safetensors";
    private static final String MOMENTS = "moments.safetensors";
    private static final String FIRST = "first.";
    private static final String SECOND = "second.";
    private static final int FORMAT = 1;

    private StateFiles() {}

    static void save(TorchPolicy policy, Origin origin, Path directory) {
        List<SafetensorsWriter.Tensor> weights = new ArrayList<>();
        List<SafetensorsWriter.Tensor> moments = new ArrayList<>();
        Map<String, Long> steps = new LinkedHashMap<>();
        named(policy).forEach((name, place) -> {
            Parameter parameter = place.parameter();
            Piece piece = place.piece();
            weights.add(Bytes.rows(name, parameter.optimized(), piece.from(), piece.rows()));
            add(moments, FIRST + name, parameter.firstMoment(), piece);
            add(moments, SECOND + name, parameter.secondMoment(), piece);
            steps.put(name, parameter.steps());
        });
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("format", FORMAT);
        state.put("identity", Identity.of(policy, origin));
        state.put("optimizer", optimizer(policy.optimizer()));
        state.put("steps", steps);
        try {
            SafetensorsWriter.writeFile(directory.resolve(WEIGHTS), weights, Map.of("format", "pt"));
            SafetensorsWriter.writeFile(directory.resolve(MOMENTS), moments, Map.of("format", "pt"));
            AtomicFiles.writeText(
                    directory.resolve(STATE),
                    JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(state));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the state to " + directory, e);
        }
    }

    private static void add(List<SafetensorsWriter.Tensor> moments, String name, @Nullable Tensor moment, Piece piece) {
        if (moment != null) {
            moments.add(Bytes.rows(name, moment, piece.from(), piece.rows()));
        }
    }

    static void restore(TorchPolicy policy, Origin origin, Path directory) {
        JsonNode state = read(directory.resolve(STATE));
        check(state, policy, origin, directory);
        Map<String, Place> places = named(policy);
        try (TensorFile weights = TensorFile.open(directory.resolve(WEIGHTS));
                TensorFile moments = TensorFile.open(directory.resolve(MOMENTS));
                Grad off = Grad.off()) {
            Map<String, TensorInfo> weightInfos = infos(weights);
            Map<String, TensorInfo> momentInfos = infos(moments);
            // All is checked before anything changes.
            places.forEach((name, place) -> {
                checkTensor(directory.resolve(WEIGHTS), weightInfos, name, place);
                if (momentInfos.containsKey(FIRST + name) || momentInfos.containsKey(SECOND + name)) {
                    checkTensor(directory.resolve(MOMENTS), momentInfos, FIRST + name, place);
                    checkTensor(directory.resolve(MOMENTS), momentInfos, SECOND + name, place);
                }
                if (!state.path("steps").path(name).isIntegralNumber()) {
                    throw new IllegalArgumentException(directory.resolve(STATE) + ": steps." + name + " is missing");
                }
            });
            Optimizer optimizer = optimizer(state.path("optimizer"), directory.resolve(STATE));
            places.forEach((name, place) -> place.restore(
                    name,
                    weights,
                    moments,
                    momentInfos.containsKey(FIRST + name),
                    state.path("steps").path(name).asLong()));
            policy.trained().forEach(Parameter::publish);
            policy.trained().forEach(Parameter::dropGradient);
            policy.optimizer(optimizer);
        }
    }

    /** A piece of a trained parameter. */
    private record Place(Parameter parameter, Piece piece) {
        void restore(String name, TensorFile weights, TensorFile moments, boolean moved, long steps) {
            Bytes.read(weights, name, parameter.optimized(), piece.from(), piece.rows());
            parameter.steps(steps);
            if (!moved) {
                parameter.moments(null, null);
                return;
            }
            try (Scope scope = new Scope()) {
                parameter.requireMoments();
            }
            Tensor first = Objects.requireNonNull(parameter.firstMoment());
            Tensor second = Objects.requireNonNull(parameter.secondMoment());
            Bytes.read(moments, FIRST + name, first, piece.from(), piece.rows());
            Bytes.read(moments, SECOND + name, second, piece.from(), piece.rows());
        }
    }

    private static Map<String, Place> named(TorchPolicy policy) {
        Map<String, Place> places = new LinkedHashMap<>();
        policy.network().named().forEach((prefix, parameters) -> {
            for (Parameter parameter : parameters) {
                if (parameter.trains()) {
                    parameter.pieces().forEach(piece -> places.put(prefix + piece.name(), new Place(parameter, piece)));
                }
            }
        });
        return places;
    }

    private static void check(JsonNode state, TorchPolicy policy, Origin origin, Path directory) {
        if (state.path("format").asInt(0) != FORMAT) {
            throw new IllegalArgumentException(directory.resolve(STATE) + ": format is " + state.path("format")
                    + ", this version reads " + FORMAT);
        }
        Map<String, String> saved = new LinkedHashMap<>();
        state.path("identity")
                .properties()
                .forEach(field -> saved.put(field.getKey(), field.getValue().asString()));
        String difference = Identity.difference(saved, Identity.of(policy, origin));
        if (difference != null) {
            throw new IllegalArgumentException(directory + " is the state of another policy: " + difference);
        }
    }

    private static JsonNode read(Path file) {
        try {
            return JsonMapper.shared().readTree(Files.readString(file));
        } catch (IOException | JacksonException e) {
            throw new IllegalArgumentException(file + " cannot be read as a policy's state: " + e.getMessage(), e);
        }
    }

    private static Map<String, TensorInfo> infos(TensorFile file) {
        return file.tensors().stream().collect(Collectors.toMap(TensorInfo::name, info -> info));
    }

    private static void checkTensor(Path file, Map<String, TensorInfo> infos, String name, Place place) {
        TensorInfo info = infos.get(name);
        if (info == null) {
            throw new IllegalArgumentException(file + ": the tensor '" + name + "' is missing");
        }
        if (!Bytes.fits(info, place.parameter().optimized(), place.piece().rows())) {
            throw new IllegalArgumentException(file + ": the tensor '" + name + "' is " + info.type() + " "
                    + info.shape() + ", which does not fit");
        }
    }

    private static Map<String, Object> optimizer(Optimizer optimizer) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", optimizer.getClass().getSimpleName());
        if (optimizer instanceof Optimizer.AdamW adam) {
            fields.put("beta1", adam.beta1());
            fields.put("beta2", adam.beta2());
            fields.put("epsilon", adam.epsilon());
            fields.put("decay", adam.decay());
        }
        return fields;
    }

    private static Optimizer optimizer(JsonNode fields, Path file) {
        return switch (fields.path("type").asString("")) {
            case "Sgd" -> new Optimizer.Sgd();
            case "AdamW" ->
                new Optimizer.AdamW(
                        fields.path("beta1").asDouble(),
                        fields.path("beta2").asDouble(),
                        fields.path("epsilon").asDouble(),
                        fields.path("decay").asDouble());
            default -> throw new IllegalArgumentException(file + ": optimizer.type is " + fields.path("type"));
        };
    }
}
