package io.creditmigration.benchmarks;

import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** A Spring Batch job, see {@link SpringBatchConfiguration}. */
record SpringBatch(int partitions) implements Contender {

    private static final int RESTARTS_MAX = 10_000;

    @Override
    public String name() {
        return "Spring Batch, " + (partitions == 1 ? "1 thread" : partitions + " partitions");
    }

    @Override
    public Run prepare(Job job, DataSource database) throws SQLException {
        SpringBatchConfiguration.createTables(database);
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.registerBean("dataSource", DataSource.class, () -> database, bean -> bean.setDestroyMethodName(""));
        context.registerBean(Job.class, () -> job);
        context.registerBean(
                SpringBatchConfiguration.Partitions.class,
                () -> new SpringBatchConfiguration.Partitions(partitions, SpringBatchConfiguration.lastUser(database)));
        context.register(SpringBatchConfiguration.class);
        context.refresh();
        return new Run() {
            @Override
            public void work() throws Exception {
                migrate(
                        context.getBean(JobOperator.class),
                        context.getBean(org.springframework.batch.core.job.Job.class));
            }

            @Override
            public void close() {
                context.close();
            }
        };
    }

    /** A chunk that has met a user whose balance moved between reading and writing fails; the restarted job reads again. */
    private static void migrate(JobOperator operator, org.springframework.batch.core.job.Job batchJob)
            throws Exception {
        JobExecution execution = operator.start(batchJob, new JobParameters());
        for (int restarts = 0; execution.getStatus() != BatchStatus.COMPLETED; restarts++) {
            if (restarts == RESTARTS_MAX) {
                throw new IllegalStateException("The job is " + execution);
            }
            execution = operator.restart(execution);
        }
    }
}
