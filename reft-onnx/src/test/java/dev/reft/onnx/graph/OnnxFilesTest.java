package dev.reft.onnx.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.onnx.proto.OnnxMl;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written, read by Tribuo's classes of the format. */
class OnnxFilesTest {
    @TempDir
    Path directory;

    private static OnnxGraph graph() {
        OnnxGraph graph = new OnnxGraph("small");
        String x = graph.input("x", ElementType.FLOAT, Dimension.of("rows"), Dimension.of(3));
        ByteBuffer bytes = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 6; i++) {
            bytes.putFloat(4 * i, i + 0.5f);
        }
        String first = graph.tensor(Initializer.floats("a", List.of(3L, 2L), c -> c.write(bytes.duplicate())));
        graph.tensor(Initializer.floats(
                "b", List.of(1L), c -> c.write(bytes.duplicate().limit(4))));
        String y = graph.node("Gemm", List.of(x, first), Attribute.of("transB", 0), Attribute.of("alpha", 2.5f));
        List<String> parts = graph.nodes("Split", 2, List.of(y), Attribute.of("axis", -1));
        String sum = graph.node("ReduceMean", List.of(parts.get(1)), Attribute.list("axes", -1, 0));
        graph.output("z", graph.node("Add", sum, graph.real(-1e30f)), ElementType.FLOAT);
        graph.vector(0, -1, Long.MAX_VALUE);
        return graph;
    }

    @Test
    void anotherReaderReadsIt() throws IOException {
        Path file = directory.resolve("model.onnx");
        OnnxFiles.write(graph(), file);
        OnnxMl.ModelProto model = OnnxMl.ModelProto.parseFrom(Files.readAllBytes(file));
        assertEquals(8, model.getIrVersion());
        assertEquals(17, model.getOpsetImport(0).getVersion());
        OnnxMl.GraphProto graph = model.getGraph();
        assertEquals("small", graph.getName());
        assertEquals(
                List.of("Gemm", "Split", "ReduceMean", "Add", "Identity"),
                graph.getNodeList().stream().map(OnnxMl.NodeProto::getOpType).toList());
        OnnxMl.NodeProto gemm = graph.getNode(0);
        assertEquals(List.of("x", "a"), gemm.getInputList().stream().toList());
        assertEquals(
                OnnxMl.AttributeProto.AttributeType.INT, gemm.getAttribute(0).getType());
        assertEquals(2.5f, gemm.getAttribute(1).getF());
        assertEquals(-1, graph.getNode(1).getAttribute(0).getI());
        assertEquals(List.of(-1L, 0L), graph.getNode(2).getAttribute(0).getIntsList());
        OnnxMl.TensorShapeProto shape =
                graph.getInput(0).getType().getTensorType().getShape();
        assertEquals("rows", shape.getDim(0).getDimParam());
        assertEquals(3, shape.getDim(1).getDimValue());
        Map<String, OnnxMl.TensorProto> tensors = new HashMap<>();
        graph.getInitializerList().forEach(tensor -> tensors.put(tensor.getName(), tensor));
        assertEquals(4, tensors.size());
        OnnxMl.TensorProto a = tensors.get("a");
        assertEquals(List.of(3L, 2L), a.getDimsList());
        ByteBuffer raw = a.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(5.5f, raw.getFloat(20));
        OnnxMl.TensorProto vector = tensors.get("constant/[0,-1,9223372036854775807]");
        assertEquals(OnnxMl.TensorProto.DataType.INT64.getNumber(), vector.getDataType());
        assertEquals(
                Long.MAX_VALUE,
                vector.getRawData()
                        .asReadOnlyByteBuffer()
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getLong(16));
    }

    @Test
    void tensorsLieBeside() throws IOException {
        OnnxFiles.write(graph(), directory.resolve("model.onnx"), "model.onnx_data");
        OnnxMl.GraphProto graph = OnnxMl.ModelProto.parseFrom(Files.readAllBytes(directory.resolve("model.onnx")))
                .getGraph();
        ByteBuffer data = ByteBuffer.wrap(Files.readAllBytes(directory.resolve("model.onnx_data")))
                .order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(4100, data.capacity());
        int outside = 0;
        for (OnnxMl.TensorProto tensor : graph.getInitializerList()) {
            if (tensor.getDataLocation() != OnnxMl.TensorProto.DataLocation.EXTERNAL) {
                continue;
            }
            outside++;
            Map<String, String> entries = new HashMap<>();
            tensor.getExternalDataList().forEach(entry -> entries.put(entry.getKey(), entry.getValue()));
            assertEquals("model.onnx_data", entries.get("location"));
            int offset = Integer.parseInt(entries.get("offset"));
            assertEquals(tensor.getName().equals("a") ? 0 : 4096, offset);
            assertEquals(tensor.getName().equals("a") ? "24" : "4", entries.get("length"));
            assertEquals(0.5f, data.getFloat(offset));
        }
        assertEquals(2, outside);
    }

    @Test
    void aTensorOfAnotherLengthIsRefused() {
        OnnxGraph graph = new OnnxGraph("wrong");
        graph.tensor(Initializer.floats("short", List.of(2L), c -> c.write(ByteBuffer.allocate(4))));
        Path file = directory.resolve("model.onnx");
        assertThrows(IllegalStateException.class, () -> OnnxFiles.write(graph, file));
        assertEquals(false, Files.exists(file));
        assertThrows(IllegalArgumentException.class, () -> Initializer.ofFloats("two", List.of(2L), 1f));
        OnnxGraph large = new OnnxGraph("large");
        large.tensor(Initializer.floats("huge", List.of(1L << 31), c -> {}));
        assertThrows(IllegalArgumentException.class, () -> OnnxFiles.write(large, file));
    }
}
