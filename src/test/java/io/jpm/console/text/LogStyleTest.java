package io.jpm.console.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogPosition;
import io.jpm.bus.logs.LogsReply.Line;
import io.jpm.console.Instances;
import io.jpm.console.text.LogLabels.Streams;
import io.jpm.console.text.LogStyle.Kind;
import io.jpm.console.text.LogStyle.Target;
import io.jpm.model.text.TimePattern;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LogStyleTest {
  private static final InstanceView WEB = Instances.online(0, "web");
  private static final LogLabels LABELS =
      LogLabels.of(List.of(WEB), Streams.BOTH).withDaemon(Path.of("/home/me/.jpm/jpm.log"));
  private static final Instant TIME = Instant.parse("2026-11-21T12:00:00Z");
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final Target PIPE = new Target(BERLIN, false, false);
  private static final Target SCREEN = new Target(BERLIN, true, true);

  private static LogStyle style(Kind kind) {
    return new LogStyle(kind, Optional.empty(), Optional.empty());
  }

  private static Line out(String text) {
    return new Line(WEB.outFile(), TIME, text, LogPosition.startOf(WEB.outFile()));
  }

  private static Line error(String text) {
    return new Line(WEB.errorFile(), TIME, text, LogPosition.startOf(WEB.errorFile()));
  }

  @Test
  void labelsPrecedeLines() {
    assertThat(style(Kind.LABELLED).draw(out("hi"), LABELS, PIPE)).isEqualTo("0|web | hi");
    assertThat(style(Kind.LABELLED).draw(error("hi"), LABELS, SCREEN))
        .isEqualTo("\u001b[31m0|web | \u001b[0mhi");
    Path log = Path.of("/home/me/.jpm/jpm.log");
    Line daemon = new Line(log, TIME, "hi", LogPosition.startOf(log));
    assertThat(style(Kind.LABELLED).draw(daemon, LABELS, SCREEN))
        .isEqualTo("\u001b[34mjpm   | \u001b[0mhi");
    assertThat(style(Kind.RAW).draw(error("hi"), LABELS, SCREEN)).isEqualTo("hi");
  }

  @Test
  void jsonHasTheKeysOfPm2() {
    assertThat(style(Kind.JSON).draw(error("a \"b\"\t\u001b[31m"), LABELS, PIPE))
        .isEqualTo(
            "{\"message\":\"a \\\"b\\\"\\t\\u001B[31m\",\"timestamp\":\"2026-11-21T12:00:00.000Z\",\"type\":\"err\",\"process_id\":0,\"app_name\":\"web\"}");
  }

  @Test
  void jsonOfSharedFilesHasNoProcessId() {
    LogLabels shared = LogLabels.of(List.of(WEB, Instances.online(1, "web")), Streams.BOTH);
    assertThat(style(Kind.JSON).draw(out("x"), shared, PIPE)).contains("\"process_id\":null");
  }

  @Test
  void linesInTheJsonFormatAreUnchanged() {
    String own =
        "{ \"app_name\":\"web\",\"message\":\"x\",\"timestamp\":\"T\",\"type\":\"out\",\"process_id\":7 }";
    assertThat(style(Kind.JSON).draw(out(own), LABELS, PIPE)).isEqualTo(own);
    String another = "{\"message\":\"x\"}";
    assertThat(style(Kind.JSON).draw(out(another), LABELS, PIPE))
        .startsWith("{\"message\":\"{\\\"message\\\":");
    assertThat(style(Kind.JSON).draw(out("{ no JSON"), LABELS, PIPE))
        .startsWith("{\"message\":\"{ no JSON\"");
  }

  @Test
  void keyValueFormatIsThatOfPm2() {
    assertThat(style(Kind.FORMAT).draw(error("x"), LABELS, PIPE))
        .isEqualTo("timestamp=2026-11-21-13:00:00+0100 app=web id=0 type=error message=x");
  }

  @Test
  void matchesAreHighlightedIfColorsAreUsed() {
    var style = new LogStyle(Kind.RAW, Optional.empty(), Optional.of("31"));
    assertThat(style.draw(out("\u001b[31mred 31\u001b[0m 131"), LABELS, SCREEN))
        .isEqualTo("\u001b[31mred \u001b[7m31\u001b[27m\u001b[0m 1\u001b[7m31\u001b[27m\u001b[0m");
    assertThat(style.draw(out("31"), LABELS, PIPE)).isEqualTo("31");
  }

  @Test
  void controlSequencesAreRemovedInEveryStyle() {
    for (Kind kind : Kind.values()) {
      assertThat(style(kind).draw(out("a\u001b[2J\u009b2Jb"), LABELS, SCREEN))
          .doesNotContain("\u001b[2J", "\u009b");
    }
  }

  @Test
  void timestampsPrecedeLines() {
    var style = new LogStyle(Kind.LABELLED, Optional.of(TimePattern.TIME), Optional.empty());
    assertThat(style.draw(out("hi"), LABELS, PIPE)).isEqualTo("0|web | 2026-11-21T13:00:00: hi");
    var own = new LogStyle(Kind.RAW, Optional.of(new TimePattern("HH:mm")), Optional.empty());
    assertThat(own.draw(out("hi"), LABELS, PIPE)).isEqualTo("13:00: hi");
  }
}
