package io.countersign.action.database;

import io.countersign.estate.DatabaseRef;
import io.countersign.estate.SecretName;
import java.time.Duration;

/**
 * What a flip of a tenant's reference gives, there and back.
 *
 * @param live the database that the reference names now
 * @param kept what was live until now, closed, under its own name
 * @param keptSecret the secret that led to it, as it was
 * @param keptSecretVersion the version that was current
 * @param blackout how long nobody could connect; zero where it was only seen afterwards that the
 *     reference had been changed
 */
public record Flipped(
    DatabaseRef live,
    DatabaseRef kept,
    SecretName keptSecret,
    String keptSecretVersion,
    Duration blackout) {}
