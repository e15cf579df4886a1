package io.jpm.console.monit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.god.InstanceView;
import io.jpm.console.Instances;
import io.jpm.console.monit.Key.Named;
import io.jpm.model.AppName;
import io.jpm.model.process.InstanceId;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MonitSettingsTest {
  private final MonitSettings monitSettings = new MonitSettings();
  private final MonitData monitData =
      ScreenSamples.of(
          Instances.online(0, "api"),
          Instances.online(1, "batch"),
          Instances.online(2, Instances.cluster("web", 2), 0),
          Instances.stopped(3, "worker"));

  private String selected(MonitData now) {
    return monitSettings
        .selectedIn(monitSettings.arrange(now, ScreenSamples.USUAL))
        .map(one -> one.spec().name().value())
        .orElse("");
  }

  @Test
  void keysMoveTheSelectionAndStopAtBothEnds() {
    assertThat(selected(monitData)).isEqualTo("api");
    ScreenSamples.press(Named.UP, monitData, monitSettings);
    assertThat(selected(monitData)).isEqualTo("api");
    ScreenSamples.type("jj", monitData, monitSettings);
    assertThat(selected(monitData)).isEqualTo("web");
    ScreenSamples.press(Named.END, monitData, monitSettings);
    ScreenSamples.press(Named.DOWN, monitData, monitSettings);
    assertThat(selected(monitData)).isEqualTo("worker");
    ScreenSamples.press(Named.PAGE_UP, monitData, monitSettings);
    ScreenSamples.type("k", monitData, monitSettings);
    assertThat(selected(monitData)).isEqualTo("api");
  }

  @Test
  void selectionFollowsTheInstanceWhenTheOrderChanges() {
    ScreenSamples.type("j", monitData, monitSettings);
    ScreenSamples.type("c", monitData, monitSettings); // Sorts by CPU, highest first.
    assertThat(
            monitSettings
                .arrange(monitData, ScreenSamples.USUAL)
                .rows()
                .getFirst()
                .spec()
                .name()
                .value())
        .isEqualTo("web");
    assertThat(selected(monitData)).isEqualTo("batch");
    MonitData without =
        ScreenSamples.of(Instances.online(0, "api"), Instances.stopped(3, "worker"));
    assertThat(selected(without)).isNotEmpty();
    assertThat(selected(ScreenSamples.of())).isEmpty();
    assertThat(ScreenSamples.type("rsR+-", ScreenSamples.of(), monitSettings)).isEmpty();
  }

  @Test
  void disruptiveActionsRequireConfirmation() {
    assertThat(ScreenSamples.type("r", monitData, monitSettings)).isEmpty();
    assertThat(ScreenSamples.visibleText(monitData, monitSettings, ScreenSamples.USUAL).getLast())
        .contains("Restart api (id 0)?", "y: yes");
    assertThat(ScreenSamples.type("n", monitData, monitSettings)).isEmpty();
    assertThat(ScreenSamples.type("ry", monitData, monitSettings))
        .contains(new MonitAction.Restart(new InstanceId(0), new AppName("api")));
    assertThat(ScreenSamples.type("Ry", monitData, monitSettings))
        .contains(new MonitAction.Reload(new AppName("api")));
    assertThat(ScreenSamples.type("sy", monitData, monitSettings))
        .contains(new MonitAction.Stop(new InstanceId(0), new AppName("api")));
    ScreenSamples.type("s", monitData, monitSettings);
    assertThat(ScreenSamples.press(Named.ENTER, monitData, monitSettings)).isEmpty();
  }

  @Test
  void stoppedInstanceIsStartedWithoutConfirmation() {
    ScreenSamples.press(Named.END, monitData, monitSettings);
    assertThat(ScreenSamples.type("s", monitData, monitSettings))
        .contains(new MonitAction.Start(new InstanceId(3), new AppName("worker")));
  }

  @Test
  void onlyAppsInClusterModeAreScaled() {
    assertThat(ScreenSamples.type("+", monitData, monitSettings)).isEmpty();
    assertThat(ScreenSamples.visibleText(monitData, monitSettings, ScreenSamples.USUAL).getLast())
        .contains("not in cluster mode");
    ScreenSamples.type("jj", monitData, monitSettings);
    assertThat(ScreenSamples.type("+", monitData, monitSettings))
        .contains(new MonitAction.Scale(new AppName("web"), 1));
    assertThat(ScreenSamples.type("-", monitData, monitSettings)).isEmpty();
    assertThat(ScreenSamples.type("y", monitData, monitSettings))
        .contains(new MonitAction.Scale(new AppName("web"), -1));
  }

  @Test
  void filterAppliesWhileItIsTyped() {
    ScreenSamples.type("/WO", monitData, monitSettings);
    assertThat(monitSettings.arrange(monitData, ScreenSamples.USUAL).rows())
        .extracting(InstanceView::id)
        .containsExactly(new InstanceId(3));
    ScreenSamples.press(Named.BACKSPACE, monitData, monitSettings);
    assertThat(monitSettings.arrange(monitData, ScreenSamples.USUAL).rows()).hasSize(2);
    ScreenSamples.press(Named.ENTER, monitData, monitSettings);
    assertThat(ScreenSamples.type("q", monitData, monitSettings)).contains(new MonitAction.Quit());
    ScreenSamples.press(Named.ESCAPE, monitData, monitSettings);
    assertThat(monitSettings.arrange(monitData, ScreenSamples.USUAL).rows()).hasSize(4);
    assertThat(ScreenSamples.press(Named.ESCAPE, monitData, monitSettings))
        .contains(new MonitAction.Quit());
  }

  @Test
  void escapeRestoresTheFilterAndCtrlCAlwaysQuits() {
    ScreenSamples.type("/web", monitData, monitSettings);
    ScreenSamples.press(Named.ENTER, monitData, monitSettings);
    ScreenSamples.type("/xyz", monitData, monitSettings);
    assertThat(ScreenSamples.visibleText(monitData, monitSettings, ScreenSamples.USUAL))
        .anyMatch(l -> l.contains("No app name contains"));
    ScreenSamples.press(Named.ESCAPE, monitData, monitSettings);
    assertThat(selected(monitData)).isEqualTo("web");
    ScreenSamples.type("/", monitData, monitSettings);
    assertThat(ScreenSamples.press(Named.INTERRUPT, monitData, monitSettings))
        .contains(new MonitAction.Quit());
  }

  @Test
  void logIsScrolledPausedAndFollowedAgain() {
    MonitData now = dataWithLog(0, 100);
    assertThat(ScreenSamples.visibleText(now, monitSettings, ScreenSamples.USUAL))
        .anyMatch(l -> l.equals("line 99"));
    ScreenSamples.press(Named.TAB, now, monitSettings);
    ScreenSamples.press(Named.UP, now, monitSettings);
    assertThat(ScreenSamples.visibleText(now, monitSettings, ScreenSamples.USUAL))
        .anyMatch(l -> l.contains("paused, 1 line below"))
        .noneMatch(l -> l.equals("line 99"))
        .anyMatch(l -> l.equals("line 98"));
    MonitData later = dataWithLog(0, 120); // The visible lines do not move.
    assertThat(ScreenSamples.visibleText(later, monitSettings, ScreenSamples.USUAL))
        .anyMatch(l -> l.equals("line 98"));
    ScreenSamples.press(Named.HOME, later, monitSettings);
    assertThat(ScreenSamples.visibleText(later, monitSettings, ScreenSamples.USUAL))
        .anyMatch(l -> l.equals("line 0"));
    ScreenSamples.press(Named.END, later, monitSettings);
    assertThat(ScreenSamples.visibleText(later, monitSettings, ScreenSamples.USUAL))
        .anyMatch(l -> l.equals("line 119"));
    ScreenSamples.type("p", later, monitSettings);
    assertThat(ScreenSamples.visibleText(dataWithLog(0, 130), monitSettings, ScreenSamples.USUAL))
        .anyMatch(l -> l.equals("line 119"))
        .anyMatch(l -> l.contains("10 lines below"));
  }

  @Test
  void searchMovesUpAndDownTheLog() {
    MonitData now = dataWithLog(0, 100);
    ScreenSamples.type("fLINE 7", now, monitSettings);
    assertThat(ScreenSamples.visibleText(now, monitSettings, ScreenSamples.USUAL))
        .anyMatch(l -> l.contains("11 lines"));
    ScreenSamples.press(Named.ENTER, now, monitSettings);
    assertThat(ScreenSamples.visibleText(now, monitSettings, ScreenSamples.USUAL))
        .anyMatch(l -> l.equals("line 79"));
    assertThat(ScreenSamples.visibleText(now, monitSettings, ScreenSamples.USUAL))
        .noneMatch(l -> l.equals("line 80"));
    ScreenSamples.type("n", now, monitSettings);
    assertThat(ScreenSamples.visibleText(now, monitSettings, ScreenSamples.USUAL))
        .noneMatch(l -> l.equals("line 79"));
    ScreenSamples.type("N", now, monitSettings);
    assertThat(ScreenSamples.visibleText(now, monitSettings, ScreenSamples.USUAL))
        .anyMatch(l -> l.equals("line 79"));
    ScreenSamples.type("N", now, monitSettings);
    assertThat(ScreenSamples.visibleText(now, monitSettings, ScreenSamples.USUAL).getLast())
        .contains("no later line");
  }

  @Test
  void helpListsKeysAndAnyKeyClosesIt() {
    ScreenSamples.type("?", monitData, monitSettings);
    List<String> seen = ScreenSamples.visibleText(monitData, monitSettings, ScreenSamples.USUAL);
    assertThat(String.join("\n", seen))
        .contains("restart the instance", "Ctrl-C", "search the log");
    assertThat(ScreenSamples.type("r", monitData, monitSettings)).isEmpty();
    assertThat(monitSettings.mode()).isEqualTo(MonitSettings.Mode.BROWSE);
  }

  private static MonitData dataWithLog(int id, int lines) {
    return ScreenSamples.of(
        new MonitLogTail(
            Optional.of(new InstanceId(id)),
            IntStream.range(0, lines)
                .mapToObj(i -> new MonitLogTail.Line(false, "line " + i))
                .toList(),
            lines,
            ""),
        Instances.online(id, "api"));
  }
}
