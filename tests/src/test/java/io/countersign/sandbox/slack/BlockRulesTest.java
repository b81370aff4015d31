package io.countersign.sandbox.slack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each limit at its edge: what just fits is taken, one more is not. */
class BlockRulesTest {

  private static ObjectNode text(String type, int length) {
    return Json.object().put("type", type).put("text", "x".repeat(length));
  }

  private static ObjectNode button(String id, int label, int value) {
    ObjectNode button = Json.object().put("type", "button").put("action_id", id);
    button.put("value", "v".repeat(value)).set("text", text("plain_text", label));
    return button;
  }

  private static ObjectNode section(int length) {
    ObjectNode section = Json.object().put("type", "section");
    section.set("text", text("mrkdwn", length));
    return section;
  }

  private static ObjectNode actions(ObjectNode... buttons) {
    ObjectNode actions = Json.object().put("type", "actions");
    actions.putArray("elements").addAll(List.of(buttons));
    return actions;
  }

  private static List<String> problems(JsonNode... blocks) {
    ArrayNode all = Json.array();
    all.addAll(List.of(blocks));
    return BlockRules.problemsIn(all, BlockRules.MESSAGE_BLOCKS);
  }

  @ParameterizedTest
  @CsvSource({"3000,true", "3001,false", "0,false"})
  void a_section_holds_3000_characters(int length, boolean fits) {
    assertThat(problems(section(length)).isEmpty()).isEqualTo(fits);
  }

  @ParameterizedTest
  @CsvSource({"150,true", "151,false"})
  void a_header_holds_150_characters(int length, boolean fits) {
    ObjectNode header = Json.object().put("type", "header");
    header.set("text", text("plain_text", length));
    assertThat(problems(header).isEmpty()).isEqualTo(fits);
  }

  @ParameterizedTest
  @CsvSource({"75,2000,true", "76,1,false", "1,2001,false"})
  void a_button_holds_75_characters_and_a_value_of_2000(int label, int value, boolean fits) {
    assertThat(problems(actions(button("a", label, value))).isEmpty()).isEqualTo(fits);
  }

  @ParameterizedTest
  @CsvSource({"100,300,30,true", "101,1,1,false", "1,301,1,false", "1,1,31,false"})
  void a_confirmation_has_short_texts(int title, int text, int answer, boolean fits) {
    ObjectNode button = button("a", 1, 1);
    ObjectNode confirm = button.putObject("confirm");
    confirm.set("title", text("plain_text", title));
    confirm.set("text", text("mrkdwn", text));
    confirm.set("confirm", text("plain_text", answer));
    confirm.set("deny", text("plain_text", answer));
    assertThat(problems(actions(button)).isEmpty()).isEqualTo(fits);
  }

  @ParameterizedTest
  @CsvSource({"25,true", "26,false"})
  void a_row_holds_25_buttons(int count, boolean fits) {
    ObjectNode[] buttons = new ObjectNode[count];
    for (int i = 0; i < count; i++) {
      buttons[i] = button("a" + i, 1, 1);
    }
    assertThat(problems(actions(buttons)).isEmpty()).isEqualTo(fits);
  }

  @ParameterizedTest
  @CsvSource({"50,true", "51,false"})
  void a_message_holds_50_blocks(int count, boolean fits) {
    ObjectNode[] blocks = new ObjectNode[count];
    for (int i = 0; i < count; i++) {
      blocks[i] = section(1);
    }
    assertThat(problems(blocks).isEmpty()).isEqualTo(fits);
  }

  @ParameterizedTest
  @CsvSource({"255,true", "256,false"})
  void an_id_holds_255_characters(int length, boolean fits) {
    assertThat(problems(section(1).put("block_id", "b".repeat(length))).isEmpty()).isEqualTo(fits);
    assertThat(problems(actions(button("a".repeat(length), 1, 1))).isEmpty()).isEqualTo(fits);
  }

  private static ObjectNode menu(String type, int options, int label, int value) {
    ObjectNode menu = Json.object().put("type", type).put("action_id", "m");
    ArrayNode all = menu.putArray("options");
    for (int i = 0; i < options; i++) {
      all.addObject()
          .put("value", i + "v".repeat(value - Integer.toString(i).length()))
          .set("text", text("plain_text", label));
    }
    return menu;
  }

  @ParameterizedTest
  @CsvSource({"75,150,true", "76,9,false", "1,151,false"})
  void an_option_holds_75_characters_and_a_value_of_150(int label, int value, boolean fits) {
    assertThat(problems(actions(menu("static_select", 1, label, value))).isEmpty()).isEqualTo(fits);
  }

  @ParameterizedTest
  @CsvSource({
    "static_select,100,true",
    "static_select,101,false",
    "radio_buttons,10,true",
    "radio_buttons,11,false",
    "overflow,5,true",
    "overflow,6,false"
  })
  void a_menu_holds_so_many_options_as_its_kind_may(String type, int options, boolean fits) {
    assertThat(problems(actions(menu(type, options, 1, 9))).isEmpty()).isEqualTo(fits);
  }

  @ParameterizedTest
  @CsvSource({"10,2000,true", "11,1,false", "1,2001,false"})
  void a_section_holds_10_fields_of_2000_characters(int count, int length, boolean fits) {
    ObjectNode section = Json.object().put("type", "section");
    ArrayNode fields = section.putArray("fields");
    for (int i = 0; i < count; i++) {
      fields.add(text("mrkdwn", length));
    }
    assertThat(problems(section).isEmpty()).isEqualTo(fits);
  }

  @Test
  void two_blocks_or_two_buttons_with_one_id_are_refused() {
    assertThat(problems(section(1).put("block_id", "b"), section(1).put("block_id", "b")))
        .singleElement()
        .asString()
        .contains("already exists");
    assertThat(problems(actions(button("a", 1, 1), button("a", 1, 1)))).hasSize(1);
  }

  @Test
  void an_unknown_block_is_refused_with_the_place_where_it_stands() {
    assertThat(problems(section(1), Json.object().put("type", "carousel2")))
        .containsExactly("[ERROR] unsupported type: carousel2 [json-pointer:/blocks/1/type]");
  }

  @ParameterizedTest
  @CsvSource({"3000,true", "3001,false"})
  void a_view_holds_3000_characters_of_metadata(int length, boolean fits) {
    ObjectNode view = Json.object().put("type", "modal");
    view.put("private_metadata", "m".repeat(length)).set("title", text("plain_text", 24));
    view.putArray("blocks").add(section(1));
    assertThat(ViewRules.problemsIn(view, "modal").isEmpty()).isEqualTo(fits);
  }
}
