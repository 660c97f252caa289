package io.creditmigration.benchmarks;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.batch.core.configuration.annotation.EnableBatchProcessing;
import org.springframework.batch.core.configuration.annotation.EnableJdbcJobRepository;
import org.springframework.batch.core.configuration.annotation.StepScope;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.partition.Partitioner;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemWriter;
import org.springframework.batch.infrastructure.item.database.JdbcPagingItemReader;
import org.springframework.batch.infrastructure.item.database.Order;
import org.springframework.batch.infrastructure.item.database.builder.JdbcBatchItemWriterBuilder;
import org.springframework.batch.infrastructure.item.database.builder.JdbcPagingItemReaderBuilder;
import org.springframework.batch.infrastructure.item.support.CompositeItemWriter;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * A chunk-oriented job as Spring Batch's reference documentation recommends it: a paging reader with keyset, a processor, a
 * batch writer per table, ranges of ids as partitions, and a job repository in the same database.
 *
 * <p>The driver rewrites no batches into multi-row inserts: it would not tell the update counts any more, and with them go
 * the guards (a writer asserts that each of its rows was matched).
 */
@Configuration(proxyBeanMethods = false)
@EnableBatchProcessing
@EnableJdbcJobRepository
class SpringBatchConfiguration {

    private static final int CHUNK = 1_000;

    /** How the users are divided. */
    record Partitions(int count, long lastUser) {}

    @Bean
    JdbcTransactionManager transactionManager(DataSource database) {
        return new JdbcTransactionManager(database);
    }

    @Bean
    @StepScope
    JdbcPagingItemReader<UserRow> reader(
            DataSource database,
            Job job,
            Partitions partitions,
            @Value("#{stepExecutionContext['from'] ?: 1L}") long from,
            @Value("#{stepExecutionContext['to'] ?: 0L}") long to)
            throws Exception {
        return new JdbcPagingItemReaderBuilder<UserRow>()
                .name("users")
                .dataSource(database)
                .selectClause(UserRow.columns(job))
                .fromClause("users")
                .whereClause(UserRow.condition(job) + " AND id >= :from AND id <= :to")
                .parameterValues(Map.of("from", from, "to", to == 0 ? partitions.lastUser() : to))
                .sortKeys(Map.of("id", Order.ASCENDING))
                .pageSize(CHUNK)
                .fetchSize(CHUNK)
                .rowMapper((row, number) -> UserRow.of(row))
                .build();
    }

    @Bean
    Step migrateUsers(
            JobRepository repository,
            JdbcTransactionManager transactionManager,
            DataSource database,
            Job job,
            JdbcPagingItemReader<UserRow> reader) {
        List<ItemWriter<? super Change>> writers = Change.writes(job).stream()
                .<ItemWriter<? super Change>>map(write -> writer(database, write))
                .toList();
        return new StepBuilder("migrateUsers", repository)
                .<UserRow, Change>chunk(CHUNK)
                .transactionManager(transactionManager)
                .reader(reader)
                .processor(user -> Change.of(job, user))
                .writer(new CompositeItemWriter<>(writers))
                .build();
    }

    @Bean
    org.springframework.batch.core.job.Job batchJob(
            JobRepository repository, Step migrateUsers, Partitions partitions) {
        Step step = partitions.count() == 1
                ? migrateUsers
                : new StepBuilder("migrateRanges", repository)
                        .partitioner("migrateUsers", ranges(partitions.lastUser()))
                        .step(migrateUsers)
                        .gridSize(partitions.count())
                        .taskExecutor(new SimpleAsyncTaskExecutor("partition-"))
                        .build();
        return new JobBuilder("migration", repository).start(step).build();
    }

    static void createTables(DataSource database) {
        new ResourceDatabasePopulator(new ClassPathResource("org/springframework/batch/core/schema-postgresql.sql"))
                .execute(database);
    }

    static long lastUser(DataSource database) {
        try {
            return Long.parseLong(Jdbc.text(database, "SELECT MAX(id) FROM users"));
        } catch (SQLException e) {
            throw new IllegalStateException("The last user cannot be read", e);
        }
    }

    private static ItemWriter<Change> writer(DataSource database, Change.Write write) {
        return new JdbcBatchItemWriterBuilder<Change>()
                .dataSource(database)
                .sql(write.sql())
                .itemPreparedStatementSetter(
                        (change, statement) -> write.parameters().set(statement, change))
                .assertUpdates(write.guards())
                .build();
    }

    private static Partitioner ranges(long lastUser) {
        return count -> {
            Map<String, ExecutionContext> ranges = new HashMap<>();
            for (int i = 0; i < count; i++) {
                ExecutionContext range = new ExecutionContext();
                range.putLong("from", lastUser * i / count + 1);
                range.putLong("to", lastUser * (i + 1) / count);
                ranges.put("range-" + i, range);
            }
            return ranges;
        };
    }
}
