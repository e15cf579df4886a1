package io.jpm.console.monit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.god.InstanceView;
import io.jpm.console.Instances;
import io.jpm.console.monit.Key.Named;
import io.jpm.model.AppName;
import io.jpm.model.run.InstanceId;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MonitSettingsTest {
  private final MonitSettings monitSettings = new MonitSettings();
  private final MonitData monitData =
      Worlds.of(
          Instances.online(0, "api"),
          Instances.online(1, "batch"),
          Instances.online(2, Instances.cluster("web", 2), 0),
          Instances.stopped(3, "worker"));

  private String selected(MonitData now) {
    return monitSettings
        .selectedIn(monitSettings.arrange(now, Worlds.USUAL))
        .map(one -> one.spec().name().value())
        .orElse("");
  }

  @Test
  void keysSelectAnAppAndStopAtBothEnds() {
    assertThat(selected(monitData)).isEqualTo("api");
    Worlds.press(Named.UP, monitData, monitSettings);
    assertThat(selected(monitData)).isEqualTo("api");
    Worlds.type("jj", monitData, monitSettings);
    assertThat(selected(monitData)).isEqualTo("web");
    Worlds.press(Named.END, monitData, monitSettings);
    Worlds.press(Named.DOWN, monitData, monitSettings);
    assertThat(selected(monitData)).isEqualTo("worker");
    Worlds.press(Named.PAGE_UP, monitData, monitSettings);
    Worlds.type("k", monitData, monitSettings);
    assertThat(selected(monitData)).isEqualTo("api");
  }

  @Test
  void whatIsSelectedStaysSoWhereverItIsListed() {
    Worlds.type("j", monitData, monitSettings);
    Worlds.type("c", monitData, monitSettings); // by cpu: the largest first
    assertThat(
            monitSettings.arrange(monitData, Worlds.USUAL).rows().getFirst().spec().name().value())
        .isEqualTo("web");
    assertThat(selected(monitData)).isEqualTo("batch");
    MonitData without = Worlds.of(Instances.online(0, "api"), Instances.stopped(3, "worker"));
    assertThat(selected(without)).isNotEmpty();
    assertThat(selected(Worlds.of())).isEmpty();
    assertThat(Worlds.type("rsR+-", Worlds.of(), monitSettings)).isEmpty();
  }

  @Test
  void whatEndsSomethingIsAskedFirst() {
    assertThat(Worlds.type("r", monitData, monitSettings)).isEmpty();
    assertThat(Worlds.seen(monitData, monitSettings, Worlds.USUAL).getLast())
        .contains("Restart api (id 0)?", "y: yes");
    assertThat(Worlds.type("n", monitData, monitSettings)).isEmpty();
    assertThat(Worlds.type("ry", monitData, monitSettings))
        .contains(new MonitAction.Restart(new InstanceId(0), new AppName("api")));
    assertThat(Worlds.type("Ry", monitData, monitSettings))
        .contains(new MonitAction.Reload(new AppName("api")));
    assertThat(Worlds.type("sy", monitData, monitSettings))
        .contains(new MonitAction.Stop(new InstanceId(0), new AppName("api")));
    Worlds.type("s", monitData, monitSettings);
    assertThat(Worlds.press(Named.ENTER, monitData, monitSettings)).isEmpty();
  }

  @Test
  void whatDoesNotRunIsStartedWithoutAQuestion() {
    Worlds.press(Named.END, monitData, monitSettings);
    assertThat(Worlds.type("s", monitData, monitSettings))
        .contains(new MonitAction.Start(new InstanceId(3), new AppName("worker")));
  }

  @Test
  void onlyAppsInClusterModeAreScaled() {
    assertThat(Worlds.type("+", monitData, monitSettings)).isEmpty();
    assertThat(Worlds.seen(monitData, monitSettings, Worlds.USUAL).getLast())
        .contains("not in cluster mode");
    Worlds.type("jj", monitData, monitSettings);
    assertThat(Worlds.type("+", monitData, monitSettings))
        .contains(new MonitAction.Scale(new AppName("web"), 1));
    assertThat(Worlds.type("-", monitData, monitSettings)).isEmpty();
    assertThat(Worlds.type("y", monitData, monitSettings))
        .contains(new MonitAction.Scale(new AppName("web"), -1));
  }

  @Test
  void aFilterActsWhileItIsTyped() {
    Worlds.type("/WO", monitData, monitSettings);
    assertThat(monitSettings.arrange(monitData, Worlds.USUAL).rows())
        .extracting(InstanceView::id)
        .containsExactly(new InstanceId(3));
    Worlds.press(Named.BACKSPACE, monitData, monitSettings);
    assertThat(monitSettings.arrange(monitData, Worlds.USUAL).rows()).hasSize(2);
    Worlds.press(Named.ENTER, monitData, monitSettings);
    assertThat(Worlds.type("q", monitData, monitSettings)).contains(new MonitAction.Quit());
    Worlds.press(Named.ESCAPE, monitData, monitSettings);
    assertThat(monitSettings.arrange(monitData, Worlds.USUAL).rows()).hasSize(4);
    assertThat(Worlds.press(Named.ESCAPE, monitData, monitSettings))
        .contains(new MonitAction.Quit());
  }

  @Test
  void escapeInAPromptBringsBackWhatWasThereAndCtrlCQuitsFromEverywhere() {
    Worlds.type("/web", monitData, monitSettings);
    Worlds.press(Named.ENTER, monitData, monitSettings);
    Worlds.type("/xyz", monitData, monitSettings);
    assertThat(Worlds.seen(monitData, monitSettings, Worlds.USUAL))
        .anyMatch(l -> l.contains("No app name contains"));
    Worlds.press(Named.ESCAPE, monitData, monitSettings);
    assertThat(selected(monitData)).isEqualTo("web");
    Worlds.type("/", monitData, monitSettings);
    assertThat(Worlds.press(Named.INTERRUPT, monitData, monitSettings))
        .contains(new MonitAction.Quit());
  }

  @Test
  void theLogIsScrolledPausedAndFollowedAgain() {
    MonitData now = logged(0, 100);
    assertThat(Worlds.seen(now, monitSettings, Worlds.USUAL)).anyMatch(l -> l.equals("line 99"));
    Worlds.press(Named.TAB, now, monitSettings);
    Worlds.press(Named.UP, now, monitSettings);
    assertThat(Worlds.seen(now, monitSettings, Worlds.USUAL))
        .anyMatch(l -> l.contains("paused, 1 line below"))
        .noneMatch(l -> l.equals("line 99"))
        .anyMatch(l -> l.equals("line 98"));
    MonitData later = logged(0, 120); // what is looked at does not move
    assertThat(Worlds.seen(later, monitSettings, Worlds.USUAL)).anyMatch(l -> l.equals("line 98"));
    Worlds.press(Named.HOME, later, monitSettings);
    assertThat(Worlds.seen(later, monitSettings, Worlds.USUAL)).anyMatch(l -> l.equals("line 0"));
    Worlds.press(Named.END, later, monitSettings);
    assertThat(Worlds.seen(later, monitSettings, Worlds.USUAL)).anyMatch(l -> l.equals("line 119"));
    Worlds.type("p", later, monitSettings);
    assertThat(Worlds.seen(logged(0, 130), monitSettings, Worlds.USUAL))
        .anyMatch(l -> l.equals("line 119"))
        .anyMatch(l -> l.contains("10 lines below"));
  }

  @Test
  void aSearchGoesUpAndDownTheLog() {
    MonitData now = logged(0, 100);
    Worlds.type("fLINE 7", now, monitSettings);
    assertThat(Worlds.seen(now, monitSettings, Worlds.USUAL)).anyMatch(l -> l.contains("11 lines"));
    Worlds.press(Named.ENTER, now, monitSettings);
    assertThat(Worlds.seen(now, monitSettings, Worlds.USUAL)).anyMatch(l -> l.equals("line 79"));
    assertThat(Worlds.seen(now, monitSettings, Worlds.USUAL)).noneMatch(l -> l.equals("line 80"));
    Worlds.type("n", now, monitSettings);
    assertThat(Worlds.seen(now, monitSettings, Worlds.USUAL)).noneMatch(l -> l.equals("line 79"));
    Worlds.type("N", now, monitSettings);
    assertThat(Worlds.seen(now, monitSettings, Worlds.USUAL)).anyMatch(l -> l.equals("line 79"));
    Worlds.type("N", now, monitSettings);
    assertThat(Worlds.seen(now, monitSettings, Worlds.USUAL).getLast()).contains("no later line");
  }

  @Test
  void helpNamesEveryKeyAndAnyKeyLeavesIt() {
    Worlds.type("?", monitData, monitSettings);
    List<String> seen = Worlds.seen(monitData, monitSettings, Worlds.USUAL);
    assertThat(String.join("\n", seen))
        .contains("restart the instance", "Ctrl-C", "search in the log");
    assertThat(Worlds.type("r", monitData, monitSettings)).isEmpty();
    assertThat(monitSettings.mode()).isEqualTo(MonitSettings.Mode.BROWSE);
  }

  private static MonitData logged(int id, int lines) {
    return Worlds.of(
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
