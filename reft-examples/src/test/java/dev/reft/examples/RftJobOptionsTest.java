package dev.reft.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.examples.rft.JobFiles;
import dev.reft.examples.rft.WordJob;
import dev.reft.graders.openai.RftSetting;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RftJobOptionsTest {
    @TempDir
    Path folder;

    private static RftSetting epochs(RftJobOptions options, JobFiles job) {
        return options.settings(job).stream()
                .filter(setting -> setting.name().equals("hyperparameters.n_epochs"))
                .findFirst()
                .orElseThrow();
    }

    /** A job's own passes end at 50; small data sets are gone over more often by an option, and the report says so. */
    @Test
    void passesBeyondTheJobsOwnAreTakenAndTold() throws Exception {
        Path file = WordJob.write(folder, 10, 3);
        JobFiles job = JobFiles.read(file, null, null);
        RftJobOptions own = CommandLine.populateCommand(new RftJobOptions(), "--job", file.toString());
        int asked = own.numbers(job.job(), 10).epochs();
        assertTrue(asked <= 50, asked + " epochs");
        assertEquals(RftSetting.Use.MAPPED, epochs(own, job).use());
        RftJobOptions more =
                CommandLine.populateCommand(new RftJobOptions(), "--job", file.toString(), "--epochs", "200");
        assertEquals(200, more.numbers(job.job(), 10).epochs());
        RftSetting told = epochs(more, job);
        assertEquals(String.valueOf(asked), told.value());
        assertEquals(RftSetting.Use.HOST, told.use());
        assertTrue(told.how().contains("overridden by --epochs 200"), told.how());
        assertEquals(own.settings(job).size(), more.settings(job).size());
    }
}
