package dev.reft.checkpoint;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SmokeTest {
    @Test
    void smoke() {
        for (Path p : Shared.tinyModels()) {
            try (Checkpoint c = Checkpoint.open(p)) {
                float[] f = c.read("model.embed_tokens.weight");
                System.out.println(p.getFileName() + " " + c.tensors().size() + " " + f.length + " " + f[3] + " "
                        + c.endIds() + c.config().rope() + c.config().attention());
            }
        }
        for (Path p : Shared.files("golden/models/gguf", ".gguf")) {
            try (Checkpoint c = Checkpoint.open(p);
                    Checkpoint r = Checkpoint.open(Shared.folder("golden/models/tiny/llama"))) {
                double worst = 0;
                for (TensorInfo t : c.tensors()) {
                    float[] a = c.read(t.name()), b = r.read(t.name());
                    double w = 0, m = 0;
                    for (int i = 0; i < a.length; i++) {
                        w = Math.max(w, Math.abs(a[i] - b[i]));
                        m = Math.max(m, Math.abs(b[i]));
                    }
                    worst = Math.max(worst, w / m);
                }
                System.out.println(p.getFileName() + " " + worst);
            }
        }
        long t = System.nanoTime();
        Checkpoint c = Checkpoint.open(Shared.folder("models/SmolLM2-135M-Instruct"));
        System.out.println(c.config() + " " + (System.nanoTime() - t) / 1e6 + " ms");
        t = System.nanoTime();
        double s = 0;
        for (TensorInfo i : c.tensors()) for (float f : c.read(i.name())) s += f;
        System.out.println(s + " " + (System.nanoTime() - t) / 1e6 + " ms");
    }
}
