package io.jpm.console.monit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.god.InstanceView;
import io.jpm.console.Golden;
import io.jpm.console.Instances;
import io.jpm.console.text.TextWidth;
import io.jpm.model.process.Phase;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PainterTest {
  private static final InstanceView[] MIXED = {
    Instances.online(0, Instances.cluster("web", 2), 0),
    Instances.online(1, Instances.cluster("web", 2), 1),
    Instances.errored(3, "worker"),
    Instances.stopped(4, "a-rather-long-name-for-a-job-that-runs-at-night-and-on-sundays"),
    Instances.view(
        5,
        Instances.spec("日本語アプリ", 1),
        0,
        Phase.WAITING_RESTART,
        Optional.empty(),
        "exit 1 after 2 s, restart 3/16")
  };

  private static final String HOSTILE =
      "a\u001b]0;title\u0007\u001b[2J\u001b[31mred\u001b[0m\u001b[5;5Hb\u009b1mc\r\u202Ed <script>";

  @ParameterizedTest
  @CsvSource({"80,24", "140,40"})
  void screenEqualsTheGoldenFile(int cols, int rows) {
    var monitSettings = new MonitSettings();
    MonitData monitData =
        ScreenSamples.of(ScreenSamples.log(0, "listening on 8080", "GET / 200", "日本語 done"), MIXED);
    ScreenSamples.type("G", monitData, monitSettings);
    List<String> seen = ScreenSamples.visibleText(monitData, monitSettings, new Size(cols, rows));
    Golden.check(
        "monit-" + cols + "x" + rows,
        String.join("\n", seen.stream().map(String::stripTrailing).toList()) + "\n");
  }

  @ParameterizedTest
  @CsvSource({"40,10", "41,11", "60,12", "63,16", "64,20", "80,24", "129,24", "130,24", "300,90"})
  void screenIsFilledWithinItsSize(int cols, int rows) {
    var size = new Size(cols, rows);
    String wide = "日本語".repeat(200);
    MonitData monitData =
        ScreenSamples.of(ScreenSamples.log(0, wide, HOSTILE.repeat(40), "x".repeat(900)), MIXED);
    for (String keys : List.of("", "?", "/日本語", "r", "p", "f日")) {
      var monitSettings = new MonitSettings();
      ScreenSamples.type(keys, monitData, monitSettings);
      List<String> seen = ScreenSamples.visibleText(monitData, monitSettings, size);
      assertThat(seen).hasSize(rows);
      assertThat(seen).allMatch(line -> TextWidth.of(line) <= cols);
    }
    assertThat(ScreenSamples.visibleText(monitData, new MonitSettings(), size))
        .anyMatch(line -> line.contains("web"));
  }

  @Test
  void tooSmallScreenShowsTheRequiredSize() {
    List<String> seen =
        ScreenSamples.visibleText(ScreenSamples.of(MIXED), new MonitSettings(), new Size(20, 5));
    assertThat(seen).hasSize(5);
    assertThat(String.join(" ", seen)).contains("40x10", "20x5").doesNotContain("worker");
    assertThat(seen).allMatch(line -> TextWidth.of(line) <= 20);
  }

  @Test
  void controlSequencesInLogLinesAreRemoved() {
    MonitData monitData =
        ScreenSamples.of(ScreenSamples.log(0, HOSTILE), Instances.online(0, "web"));
    var monitSettings = new MonitSettings();
    Picture picture =
        new Painter(new TerminalFeatures(true, true))
            .paint(monitSettings.arrange(monitData, ScreenSamples.USUAL), monitSettings);
    String line =
        picture.lines().stream().filter(one -> one.contains("<script>")).findFirst().orElseThrow();
    assertThat(line).isEqualTo("aredbcd <script>");
  }

  @Test
  void wideCharactersKeepColumnsAligned() {
    MonitData monitData = ScreenSamples.of(MIXED);
    List<String> seen =
        ScreenSamples.visibleText(monitData, new MonitSettings(), ScreenSamples.USUAL);
    List<Integer> places =
        seen.stream()
            .filter(line -> line.contains("online") || line.contains("waiting"))
            .skip(1)
            .map(line -> {
              int at = Math.max(line.indexOf("online"), line.indexOf("waiting"));
              return TextWidth.of(line.substring(0, at));
            })
            .distinct()
            .toList();
    assertThat(places).hasSize(1);
  }

  @Test
  void onlyAsciiIsSentToAnAsciiTerminal() {
    var monitSettings = new MonitSettings();
    MonitData monitData = ScreenSamples.of(ScreenSamples.log(0, "日本語 é"), MIXED);
    Picture picture =
        new Painter(new TerminalFeatures(true, false))
            .paint(monitSettings.arrange(monitData, ScreenSamples.USUAL), monitSettings);
    assertThat(String.join("", picture.lines()).chars()).allMatch(c -> c < 0x7F);
  }

  @Test
  void selectionIsVisibleWithoutColors() {
    var monitSettings = new MonitSettings();
    MonitData monitData = ScreenSamples.of(MIXED);
    Picture picture =
        new Painter(ScreenSamples.PLAIN)
            .paint(monitSettings.arrange(monitData, ScreenSamples.USUAL), monitSettings);
    assertThat(String.join("", picture.lines())).doesNotContainPattern("\u001b\\[[0-9;]*3[0-9]m");
    assertThat(ScreenSamples.visibleText(picture))
        .filteredOn(line -> line.startsWith(">"))
        .hasSize(1);
  }

  @Test
  void rowsAroundTheSelectionAreShown() {
    InstanceView[] many =
        IntStream.range(0, 1000)
            .mapToObj(i -> Instances.online(i, "app-%04d".formatted(i)))
            .toArray(InstanceView[]::new);
    MonitData monitData = ScreenSamples.of(many);
    var monitSettings = new MonitSettings();
    ScreenSamples.type("G", monitData, monitSettings);
    assertThat(ScreenSamples.visibleText(monitData, monitSettings, ScreenSamples.USUAL))
        .anyMatch(line -> line.startsWith(">") && line.contains("app-0999"));
    ScreenSamples.type("/-0500", monitData, monitSettings);
    assertThat(ScreenSamples.visibleText(monitData, monitSettings, ScreenSamples.USUAL))
        .anyMatch(line -> line.startsWith(">") && line.contains("app-0500"));
  }
}
