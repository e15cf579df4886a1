package io.jpm.god.instance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AppMessageTest {
  @Test
  void readsTheReportOfListeners() {
    assertThat(AppMessage.read("{\"type\":\"jpm:reads-messages\",\"data\":{\"now\":true}}"))
        .contains(new AppMessage.ReadsMessages(true));
    assertThat(AppMessage.read("{\"type\":\"jpm:reads-messages\",\"data\":{\"now\":1}}"))
        .contains(new AppMessage.ReadsMessages(false));
  }

  @Test
  void onlyTheStringReadyMeansReady() {
    assertThat(AppMessage.read("\"ready\"")).contains(new AppMessage.Ready());
    assertThat(AppMessage.read("{\"ready\":true}")).get().isInstanceOf(AppMessage.Custom.class);
  }

  @Test
  void messagesOfThePm2IoLibraryAreRead() {
    assertThat(AppMessage.read("{\"type\":\"axm:action\",\"data\":{\"action_name\":\"purge\"}}"))
        .contains(new AppMessage.ActionOffer("purge"));
    assertThat(
            AppMessage.read(
                "{\"type\":\"axm:monitor\",\"data\":{\"Users\":{\"value\":3,\"unit\":\"req\"},\"x\":{\"value\":\"1.5\"}}}"))
        .contains(new AppMessage.Metrics(Map.of("Users", "3 req", "x", "1.5")));
    assertThat(
            AppMessage.read(
                "{\"type\":\"axm:reply\",\"data\":{\"action_name\":\"purge\",\"return\":{\"n\":1}}}"))
        .contains(new AppMessage.Reply("purge", "{\"n\":1}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"axm:action\",\"data\":{}}",
        "{\"type\":\"axm:reply\",\"data\":{\"action_name\":5}}",
        "{\"type\":7,\"data\":{}}",
        "{\"type\":\"human:event\",\"data\":{}}",
        "[1]",
        "5"
      })
  void otherMessagesAreCustomMessages(String json) {
    assertThat(AppMessage.read(json)).get().isInstanceOf(AppMessage.Custom.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ready", "{", "null", "\u0000"})
  void invalidJsonIsNotAMessage(String text) {
    assertThat(AppMessage.read(text)).isEmpty();
  }

  @Test
  void lengthAndNumberOfActionNamesAreBounded() {
    String name = "x".repeat(5000);
    assertThat(
            AppMessage.read(
                "{\"type\":\"axm:action\",\"data\":{\"action_name\":\"" + name + "\"}}"))
        .contains(new AppMessage.ActionOffer("x".repeat(AppMessage.LONGEST)));
    var channel = new AppChannel();
    for (int i = 0; i < 1000; i++) {
      channel.addAction("action " + i);
    }
    assertThat(channel.report().actions()).hasSize(AppMessage.MOST);
  }
}
