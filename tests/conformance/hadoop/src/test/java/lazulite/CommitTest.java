package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.mapreduce.OutputCommitter;
import org.apache.hadoop.mapreduce.RecordWriter;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.TaskID;
import org.apache.hadoop.mapreduce.TaskType;
import org.apache.hadoop.mapreduce.lib.output.FileOutputCommitter;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.apache.hadoop.mapreduce.lib.output.TextOutputFormat;
import org.apache.hadoop.mapreduce.lib.output.committer.manifest.ManifestCommitter;
import org.apache.hadoop.mapreduce.task.JobContextImpl;
import org.apache.hadoop.mapreduce.task.TaskAttemptContextImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A job's output directory, committed as a job of MapReduce or Spark does it: tasks write aside, what succeeded is renamed. */
class CommitTest extends Hadoop {
    /** Its committer for abfs:// is the manifest committer, as Hadoop's guide to it says. */
    private static final String FACTORY = "mapreduce.outputcommitter.factory.scheme.abfs";

    private Configuration settings(String... more) {
        Configuration settings = new Configuration(fs.getConf());
        settings.set("mapreduce.output.basename", "part");
        settings.set("mapreduce.job.id", "job_202611220000_0001");
        for (int i = 0; i < more.length; i += 2) {
            settings.set(more[i], more[i + 1]);
        }
        return settings;
    }

    private TaskAttemptContext attempt(Configuration settings, int task, int attempt) {
        Configuration own = new Configuration(settings);
        TaskAttemptID id = new TaskAttemptID(new TaskID("202611220000", 1, TaskType.REDUCE, task), attempt);
        own.set("mapreduce.task.attempt.id", id.toString());
        own.setInt("mapreduce.task.partition", task);
        own.setInt("mapreduce.job.application.attempt.id", 0);
        return new TaskAttemptContextImpl(own, id);
    }

    /** Three tasks, of which the second is tried twice and the third fails; one writes into directories of its own. */
    private Class<?> run(Configuration settings) throws Exception {
        Path output = fs.makeQualified(new Path("/output"));
        Job job = Job.getInstance(settings);
        FileOutputFormat.setOutputPath(job, output);
        Configuration ours = job.getConfiguration();
        TextOutputFormat<NullWritable, Text> format = new TextOutputFormat<>();
        JobContext context = new JobContextImpl(ours, attempt(ours, 0, 0).getJobID());
        OutputCommitter committer = format.getOutputCommitter(attempt(ours, 0, 0));
        committer.setupJob(context);
        for (int[] one : List.of(new int[] {0, 0}, new int[] {1, 0}, new int[] {1, 1}, new int[] {2, 0})) {
            TaskAttemptContext task = attempt(ours, one[0], one[1]);
            TextOutputFormat<NullWritable, Text> its = new TextOutputFormat<>();
            OutputCommitter own = its.getOutputCommitter(task);
            own.setupTask(task);
            RecordWriter<NullWritable, Text> writer = its.getRecordWriter(task);
            writer.write(NullWritable.get(), new Text("task " + one[0] + " attempt " + one[1]));
            writer.close(task);
            if (one[0] == 0) {
                Path beside = its.getDefaultWorkFile(task, "").getParent();
                try (var out = fs.create(new Path(beside, "day=1/part"))) {
                    out.write('x');
                }
            }
            boolean fails = one[0] == 2 || (one[0] == 1 && one[1] == 0);
            if (fails) {
                own.abortTask(task);
            } else {
                assertTrue(own.needsTaskCommit(task));
                own.commitTask(task);
            }
        }
        committer.commitJob(context);
        return committer.getClass();
    }

    private void committed() throws Exception {
        assertEquals("_SUCCESS day=1/part part-r-00000 part-r-00001", files("/output"));
        assertEquals("task 1 attempt 1\n", read("/output/part-r-00001"));
        assertFalse(fs.exists(new Path("/output/_temporary")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2"})
    void fileOutputCommitter(String algorithm) throws Exception {
        assertEquals(FileOutputCommitter.class, run(settings("mapreduce.fileoutputcommitter.algorithm.version", algorithm,
                FACTORY, "org.apache.hadoop.mapreduce.lib.output.FileOutputCommitterFactory")));
        committed();
    }

    @Test
    void manifestCommitter() throws Exception {
        assertEquals(ManifestCommitter.class, run(settings(FACTORY, "org.apache.hadoop.fs.azurebfs.commit.AzureManifestCommitterFactory")));
        committed();
        String summary = read("/output/_SUCCESS"); // what it renamed, as JSON
        assertTrue(summary.contains("ManifestCommitter") || summary.contains("manifest_committer"), summary);
    }

    @Test
    void manifestCommitterOverWhatIsThere() throws Exception {
        write("/output/part-r-00000", "old");
        write("/output/old", "old");
        run(settings(FACTORY, "org.apache.hadoop.fs.azurebfs.commit.AzureManifestCommitterFactory",
                "mapreduce.manifest.committer.delete.target.files", "true"));
        assertEquals("_SUCCESS day=1/part old part-r-00000 part-r-00001", files("/output"));
        assertEquals("task 0 attempt 0\n", read("/output/part-r-00000"));
    }
}
