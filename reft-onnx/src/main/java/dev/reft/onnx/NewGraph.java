package dev.reft.onnx;

import dev.reft.checkpoint.CheckpointException;
import dev.reft.io.AtomicFiles;
import dev.reft.model.ModelInfo;
import dev.reft.onnx.export.OnnxExport;
import dev.reft.onnx.export.OnnxExportOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Opens what a policy exported as a graph in place of one that is open. */
final class NewGraph {
    private NewGraph() {}

    /**
     * An open graph and its files.
     *
     * @param own a directory to be deleted once the graph is closed; null if its files are somebody else's
     */
    record Made(Graph graph, @Nullable Path own) {}

    /**
     * Opens it.
     *
     * @param exported what {@link dev.reft.model.Policy#export} wrote, or a directory with a graph
     * @param open what it has to be like
     */
    static Made of(Path exported, Graph open, ModelInfo info) {
        if (!Files.isDirectory(exported)) {
            throw new CheckpointException(exported, "model", "is no directory that a policy exported");
        }
        if (GraphFiles.holdsGraph(exported)) {
            GraphFiles files = GraphFiles.of(exported);
            checkContext(files, info);
            return new Made(open.another(files.graph()), null);
        }
        @Nullable Path own = null;
        try {
            own = Files.createTempDirectory("reft-onnx");
            boolean values = open.gives(Graph.VALUES);
            Path graph = own.resolve("model");
            OnnxExport.write(
                    exported,
                    graph,
                    new OnnxExportOptions(
                            open.gives(Graph.LOGITS), values, !open.cache().isEmpty(), false));
            GraphFiles files = GraphFiles.of(graph);
            checkContext(files, info);
            return new Made(open.another(files.graph()), own);
        } catch (IOException e) {
            delete(own);
            throw new UncheckedIOException("cannot write a graph of " + exported, e);
        } catch (RuntimeException | Error e) {
            delete(own);
            throw e;
        }
    }

    private static void checkContext(GraphFiles files, ModelInfo info) {
        if (files.contextLength() < info.contextLength()) {
            throw new CheckpointException(
                    files.directory().resolve("config.json"),
                    "context",
                    "of " + files.contextLength() + " tokens is shorter than the " + info.contextLength()
                            + " of the open model");
        }
    }

    /** Deletes a directory with its files, if there is one. */
    static void delete(@Nullable Path own) {
        if (own == null) {
            return;
        }
        try {
            AtomicFiles.deleteTree(own);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete the graph in " + own, e);
        }
    }
}
