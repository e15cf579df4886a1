package io.jpm.console.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.god.InstanceView;
import io.jpm.console.Instances;
import io.jpm.console.text.LogLabels.Streams;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogLabelsTest {
  private static final InstanceView WEB = Instances.online(0, "web");
  private static final InstanceView WIDE = Instances.online(10, "日本語");

  @Test
  void prefixesHaveEqualWidth() {
    LogLabels labels = LogLabels.of(List.of(WEB, WIDE), Streams.BOTH);
    assertThat(labels.prefix(WEB.outFile(), false)).isEqualTo("0|web     | ");
    assertThat(labels.prefix(WIDE.errorFile(), false)).isEqualTo("10|日本語 | ");
    assertThat(labels.prefix(WEB.outFile(), true)).isEqualTo("\u001b[32m0|web     | \u001b[0m");
    assertThat(labels.prefix(WEB.errorFile(), true)).startsWith("\u001b[31m");
  }

  @Test
  void filesAreSelectedByStream() {
    assertThat(LogLabels.of(List.of(WEB), Streams.ERROR).files()).containsExactly(WEB.errorFile());
    assertThat(LogLabels.of(List.of(WEB), Streams.OUT).files()).containsExactly(WEB.outFile());
    assertThat(LogLabels.of(List.of(WEB), Streams.BOTH).files())
        .containsExactly(WEB.errorFile(), WEB.outFile());
  }

  @Test
  void sharedFileIsLabelledWithTheNameOnly() {
    LogLabels labels = LogLabels.of(List.of(WEB, Instances.online(1, "web")), Streams.OUT);
    assertThat(labels.prefix(WEB.outFile(), false)).isEqualTo("web | ");
  }

  @Test
  void earlierLabelsAreKept() {
    LogLabels both =
        LogLabels.of(List.of(WEB), Streams.OUT).merge(LogLabels.of(List.of(WIDE), Streams.OUT));
    assertThat(both.prefix(WEB.outFile(), false)).startsWith("0|web ");
    assertThat(both.prefix(Path.of("/elsewhere"), false)).isEqualTo("          | ");
  }
}
