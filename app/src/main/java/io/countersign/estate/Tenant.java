package io.countersign.estate;

/**
 * One tenant as the estate's registry describes it at one moment.
 *
 * @param id the registry's own id (a UUID in medsuite)
 * @param status the registry's status word, for example {@code active}
 * @param database the name of the tenant's database
 * @param server the name of the server it lives on
 * @param secret the secret with the tenant's own login
 */
public record Tenant(
    TenantRef ref,
    String id,
    String displayName,
    String status,
    String database,
    ServerRef server,
    SecretName secret) {}
