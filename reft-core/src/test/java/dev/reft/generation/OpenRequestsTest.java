package dev.reft.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OpenRequestsTest {
    private final OpenRequests requests = new OpenRequests("m", 10, 8, new Endings(Set.of(), Optional.empty()));

    private static GenerationRequest request(String id, int samples, int maxTokens, List<String> stops, int... prompt) {
        return new GenerationRequest(id, prompt, new long[samples], Sampling.at(1), maxTokens, stops, Constraint.NONE);
    }

    private static Completion completion(String request, int sample) {
        return new Completion(request, sample, List.of(), "", Finish.LENGTH);
    }

    private void refused(String named, GenerationRequest request) {
        String said = assertThrows(IllegalArgumentException.class, () -> requests.add(request))
                .getMessage();
        assertTrue(said.contains("request " + request.id()) && said.contains(named), said);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        requests.add(request("a", 1, 4, List.of(), 1, 2, 3, 9));
        refused("ids must differ", request("a", 1, 1, List.of(), 1));
        refused("token 1 has the id 10", request("b", 1, 1, List.of(), 1, 10));
        refused("context of 8", request("b", 1, 5, List.of(), 1, 2, 3, 4));
        refused("without a tokenizer", request("b", 1, 1, List.of("stop"), 1));
        assertEquals(1, requests.unfinished());
    }

    @Test
    void completionsLeaveInTheOrderOfRequestsAndSamples() {
        requests.add(request("z", 3, 1, List.of(), 1));
        requests.add(request("a", 1, 1, List.of(), 1));
        assertEquals(4, requests.unfinished());
        List<Completion> left = requests.handOver(List.of(completion("a", 0), completion("z", 2), completion("z", 0)));
        assertEquals(List.of(completion("z", 0), completion("z", 2), completion("a", 0)), left);
        assertEquals(1, requests.unfinished());
        requests.add(request("a", 1, 1, List.of(), 2));
        assertEquals(
                List.of(completion("z", 1), completion("a", 0)),
                requests.handOver(List.of(completion("a", 0), completion("z", 1))));
        assertEquals(0, requests.unfinished());
        assertThrows(IllegalArgumentException.class, () -> requests.handOver(List.of(completion("z", 1))));
    }
}
