package io.countersign.sandbox.postgres;

import io.countersign.estate.Login;
import java.nio.file.Path;
import java.util.List;

/**
 * The demo estate medsuite as it stands: where everything lies.
 *
 * @param registryDatabase the registry's database on the same server
 * @param secrets the folder with one file per login, named as the registry names them
 * @param archive the folder with the server's archived WAL
 * @param baseBackups the folder whose children are base backups
 * @param tenants the tenants' slugs
 */
public record MedsuiteWorld(
    LocalCluster live,
    String registryDatabase,
    Path secrets,
    Path archive,
    Path baseBackups,
    List<String> tenants) {
  public MedsuiteWorld {
    tenants = List.copyOf(tenants);
  }

  /** The name of a tenant's database when the estate was made. */
  public static String databaseOf(String slug) {
    return "tenant_" + slug.replace('-', '_');
  }

  /** The bot's login on the tenants' server. */
  public Login botLogin() {
    return login(MedsuiteEstate.SERVER_SECRET);
  }

  /** The bot's own database, for its journal; it may do what serving needs and no more. */
  public Login journalLogin() {
    return login(MedsuiteEstate.JOURNAL_SECRET);
  }

  /** The owner of the same database. */
  public Login journalOwner() {
    return login(MedsuiteEstate.JOURNAL_OWNER_SECRET);
  }

  /** What the product's processes read the registry with. */
  public Login registryReader() {
    return login(MedsuiteEstate.READER_SECRET);
  }

  /** The application's login to its tenant's database. */
  public Login tenantLogin(String slug) {
    return login(MedsuiteEstate.secretOf(slug));
  }

  private Login login(String secret) {
    return SecretFiles.read(secrets.resolve(secret));
  }
}
