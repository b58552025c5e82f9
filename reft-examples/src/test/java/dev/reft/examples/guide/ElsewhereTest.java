package dev.reft.examples.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.reft.checkpoint.hub.FetchMeter;
import dev.reft.checkpoint.hub.HubException;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import dev.reft.model.Policy;
import dev.reft.model.Training;
import dev.reft.ppo.remote.RemoteSamplerException;
import dev.reft.testkit.tiny.TinyModel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guide's calls reach a server, and say what it refused; what servers that agree give is tested where the classes are. */
class ElsewhereTest {
    @Test
    void aServerThatKnowsNothingIsNamed(@TempDir Path folder) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        ExecutorService beside = Executors.newSingleThreadExecutor();
        try (Policy policy = TinyModel.of("01+=").policy(Training.full(1))) {
            HubException hub = assertThrows(
                    HubException.class,
                    () -> Elsewhere.fetch(address, "own/tiny", folder.resolve("hub"), new FetchMeter()));
            assertEquals(404, hub.status());
            List<Prompt> prompts = List.of(Prompt.text("a", "0+1=", "1"));
            RemoteSamplerException reload = assertThrows(
                    RemoteSamplerException.class,
                    () -> Elsewhere.train(
                            policy, prompts, (p, c) -> Grade.of(1), address, folder.resolve("shared"), beside));
            assertTrue(String.valueOf(reload.getMessage()).contains("update_weights_from_disk"), reload.getMessage());
        } finally {
            beside.shutdownNow();
            server.stop(0);
        }
    }
}
