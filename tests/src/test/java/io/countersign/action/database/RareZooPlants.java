package io.countersign.action.database;

import static io.countersign.action.database.Plant.plant;

/** A difference for each kind of {@link RareZoo}, planted by a superuser. */
final class RareZooPlants {
  private RareZooPlants() {}

  static Plant of(RareZoo kind) {
    return switch (kind) {
      case ACCESS_METHODS -> plant("ALTER TABLE r.piled SET ACCESS METHOD heap", "table r.piled");
      case BASE_AND_SHELL_TYPES ->
          plant(
              "ALTER TYPE r.base SET (STORAGE = external); DROP TYPE r.shell;"
                  + " INSERT INTO r.of_base VALUES (NULL, '{}')",
              "definition of TYPE r.base",
              "definition of TABLE r.of_base",
              "definition of TABLE r.classed",
              "definition of TYPE r.shell",
              "rows of r.of_base");
      case LANGUAGES ->
          plant(
              "CREATE OR REPLACE LANGUAGE plother HANDLER r.handler INLINE r.inline",
              "definition of PROCEDURAL LANGUAGE plother");
      case TRANSFORMS ->
          plant(
              "CREATE OR REPLACE TRANSFORM FOR int LANGUAGE plother"
                  + " (FROM SQL WITH FUNCTION prsd_lextype(internal))",
              "definition of TRANSFORM TRANSFORM FOR integer LANGUAGE plother");
      case CASTS_WITHOUT_FUNCTION ->
          plant(
              "DROP CAST (r.base AS text); CREATE CAST (r.base AS text) WITHOUT FUNCTION AS"
                  + " ASSIGNMENT",
              "definition of CAST CAST (r.base AS text)");
      case OPERATOR_CLASSES ->
          plant(
              "ALTER OPERATOR FAMILY r.family USING btree ADD FUNCTION 1 (text, text)"
                  + " bttextcmp(text, text)",
              "definition of OPERATOR FAMILY r.family");
      case TEXT_SEARCH_PARSERS_AND_TEMPLATES ->
          plant(
              """
              DROP TEXT SEARCH PARSER r.parser; CREATE TEXT SEARCH PARSER r.parser (START = prsd_start,
                GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
              DROP TEXT SEARCH TEMPLATE r.template; CREATE TEXT SEARCH TEMPLATE r.template (LEXIZE = dsimple_lexize)
              """,
              "definition of TEXT SEARCH PARSER r.parser",
              "definition of TEXT SEARCH TEMPLATE r.template");
      case FOREIGN_DATA ->
          plant(
              """
              ALTER FOREIGN DATA WRAPPER own_wrapper OPTIONS (SET debug 'false');
              ALTER SERVER afar OPTIONS (SET dbname 'X');
              ALTER USER MAPPING FOR acme_app SERVER afar OPTIONS (SET password 'not-a-secret-either');
              ALTER FOREIGN TABLE r.distant ALTER a OPTIONS (SET column_name 'B')
              """,
              "definition of FOREIGN DATA WRAPPER own_wrapper",
              "definition of SERVER afar",
              "definition of USER MAPPING USER MAPPING acme_app SERVER afar",
              "definition of FOREIGN TABLE r.distant");
      case FORCED_ROW_SECURITY ->
          plant(
              "ALTER TABLE r.forced NO FORCE ROW LEVEL SECURITY",
              "table r.forced",
              "definition of TABLE r.forced");
      case LEAKPROOF_FUNCTIONS ->
          plant("ALTER FUNCTION r.tight NOT LEAKPROOF", "definition of FUNCTION r.tight(integer)");
      case PUBLICATIONS_OF_ALL ->
          plant(
              "ALTER PUBLICATION everything SET (publish = 'insert, update, delete');"
                  + " ALTER PUBLICATION a_schema DROP TABLES IN SCHEMA r",
              "definition of PUBLICATION everything",
              "definition of PUBLICATION TABLES IN SCHEMA r.a_schema r");
      case EVENT_TRIGGERS ->
          plant("ALTER EVENT TRIGGER no_ddl ENABLE REPLICA", "definition of EVENT TRIGGER no_ddl");
      case TRIGGERS_OF_LOGINS ->
          plant("ALTER EVENT TRIGGER greet DISABLE", "definition of EVENT TRIGGER greet");
    };
  }
}
