/**
 * Azure: server restores by Flexible Server, secrets in Key Vault. The only home of Azure's
 * libraries.
 */
@org.jspecify.annotations.NullMarked
package io.countersign.azure;
