package io.countersign.estate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamedQueryTest {
  @Test
  void a_name_becomes_a_question_mark_each_time_it_is_written() {
    var query = NamedQuery.of("update t set s = :wanted where s = :expected and u <> :wanted");

    assertThat(query.jdbc()).isEqualTo("update t set s = ? where s = ? and u <> ?");
    assertThat(query.order()).containsExactly("wanted", "expected", "wanted");
    assertThat(query.names()).containsExactly("expected", "wanted");
  }

  @Test
  void a_cast_is_no_parameter_and_may_follow_one() {
    var query = NamedQuery.of("select :id::uuid, now()::date");

    assertThat(query.jdbc()).isEqualTo("select ?::uuid, now()::date");
    assertThat(query.order()).containsExactly("id");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select ':a', 'it''s :b', E'\\' :c', \":d\"",
        "select 1 -- :a\n",
        "select /* :a /* :b */ :c */ 1",
        "select $$ :a $$, $tag$ :b $$ :c $tag$",
        "select a[1:2], '14:30'",
        "select 'never closed :a",
        "select /* never closed :a",
        "select $x$ never closed :a"
      })
  void what_is_no_parameter_stays_as_it_is(String text) {
    assertThat(NamedQuery.of(text)).isEqualTo(new NamedQuery(text, List.of()));
  }

  @Test
  void an_operators_question_mark_is_doubled_for_the_driver() {
    var query = NamedQuery.of("select detail ? 'key' where id = :id and note = 'why?'");

    assertThat(query.jdbc()).isEqualTo("select detail ?? 'key' where id = ? and note = 'why?'");
  }
}
