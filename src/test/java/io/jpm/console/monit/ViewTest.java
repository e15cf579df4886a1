package io.jpm.console.monit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.InstanceView;
import io.jpm.console.Instances;
import io.jpm.console.monit.Key.Named;
import io.jpm.model.AppName;
import io.jpm.model.InstanceId;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ViewTest {
  private final View view = new View();
  private final World world =
      Worlds.of(
          Instances.online(0, "api"),
          Instances.online(1, "batch"),
          Instances.online(2, Instances.cluster("web", 2), 0),
          Instances.stopped(3, "worker"));

  private String selected(World now) {
    return view.selectedIn(view.arrange(now, Worlds.USUAL))
        .map(one -> one.spec().name().value())
        .orElse("");
  }

  @Test
  void keysSelectAnAppAndStopAtBothEnds() {
    assertThat(selected(world)).isEqualTo("api");
    Worlds.press(Named.UP, world, view);
    assertThat(selected(world)).isEqualTo("api");
    Worlds.type("jj", world, view);
    assertThat(selected(world)).isEqualTo("web");
    Worlds.press(Named.END, world, view);
    Worlds.press(Named.DOWN, world, view);
    assertThat(selected(world)).isEqualTo("worker");
    Worlds.press(Named.PAGE_UP, world, view);
    Worlds.type("k", world, view);
    assertThat(selected(world)).isEqualTo("api");
  }

  @Test
  void whatIsSelectedStaysSoWhereverItIsListed() {
    Worlds.type("j", world, view);
    Worlds.type("c", world, view); // by cpu: the largest first
    assertThat(view.arrange(world, Worlds.USUAL).rows().getFirst().spec().name().value())
        .isEqualTo("web");
    assertThat(selected(world)).isEqualTo("batch");
    World without = Worlds.of(Instances.online(0, "api"), Instances.stopped(3, "worker"));
    assertThat(selected(without)).isNotEmpty();
    assertThat(selected(Worlds.of())).isEmpty();
    assertThat(Worlds.type("rsR+-", Worlds.of(), view)).isEmpty();
  }

  @Test
  void whatEndsSomethingIsAskedFirst() {
    assertThat(Worlds.type("r", world, view)).isEmpty();
    assertThat(Worlds.seen(world, view, Worlds.USUAL).getLast())
        .contains("Restart api (id 0)?", "y: yes");
    assertThat(Worlds.type("n", world, view)).isEmpty();
    assertThat(Worlds.type("ry", world, view))
        .contains(new Order.Restart(new InstanceId(0), new AppName("api")));
    assertThat(Worlds.type("Ry", world, view)).contains(new Order.Reload(new AppName("api")));
    assertThat(Worlds.type("sy", world, view))
        .contains(new Order.Stop(new InstanceId(0), new AppName("api")));
    Worlds.type("s", world, view);
    assertThat(Worlds.press(Named.ENTER, world, view)).isEmpty();
  }

  @Test
  void whatDoesNotRunIsStartedWithoutAQuestion() {
    Worlds.press(Named.END, world, view);
    assertThat(Worlds.type("s", world, view))
        .contains(new Order.Start(new InstanceId(3), new AppName("worker")));
  }

  @Test
  void onlyAppsInClusterModeAreScaled() {
    assertThat(Worlds.type("+", world, view)).isEmpty();
    assertThat(Worlds.seen(world, view, Worlds.USUAL).getLast()).contains("not in cluster mode");
    Worlds.type("jj", world, view);
    assertThat(Worlds.type("+", world, view)).contains(new Order.Scale(new AppName("web"), 1));
    assertThat(Worlds.type("-", world, view)).isEmpty();
    assertThat(Worlds.type("y", world, view)).contains(new Order.Scale(new AppName("web"), -1));
  }

  @Test
  void aFilterActsWhileItIsTyped() {
    Worlds.type("/WO", world, view);
    assertThat(view.arrange(world, Worlds.USUAL).rows())
        .extracting(InstanceView::id)
        .containsExactly(new InstanceId(3));
    Worlds.press(Named.BACKSPACE, world, view);
    assertThat(view.arrange(world, Worlds.USUAL).rows()).hasSize(2);
    Worlds.press(Named.ENTER, world, view);
    assertThat(Worlds.type("q", world, view)).contains(new Order.Quit());
    Worlds.press(Named.ESCAPE, world, view);
    assertThat(view.arrange(world, Worlds.USUAL).rows()).hasSize(4);
    assertThat(Worlds.press(Named.ESCAPE, world, view)).contains(new Order.Quit());
  }

  @Test
  void escapeInAPromptBringsBackWhatWasThereAndCtrlCQuitsFromEverywhere() {
    Worlds.type("/web", world, view);
    Worlds.press(Named.ENTER, world, view);
    Worlds.type("/xyz", world, view);
    assertThat(Worlds.seen(world, view, Worlds.USUAL)).anyMatch(l -> l.contains("No app has"));
    Worlds.press(Named.ESCAPE, world, view);
    assertThat(selected(world)).isEqualTo("web");
    Worlds.type("/", world, view);
    assertThat(Worlds.press(Named.INTERRUPT, world, view)).contains(new Order.Quit());
  }

  @Test
  void theLogIsScrolledPausedAndFollowedAgain() {
    World now = logged(0, 100);
    assertThat(Worlds.seen(now, view, Worlds.USUAL)).anyMatch(l -> l.equals("line 99"));
    Worlds.press(Named.TAB, now, view);
    Worlds.press(Named.UP, now, view);
    assertThat(Worlds.seen(now, view, Worlds.USUAL))
        .anyMatch(l -> l.contains("paused, 1 line below"))
        .noneMatch(l -> l.equals("line 99"))
        .anyMatch(l -> l.equals("line 98"));
    World later = logged(0, 120); // what is looked at does not move
    assertThat(Worlds.seen(later, view, Worlds.USUAL)).anyMatch(l -> l.equals("line 98"));
    Worlds.press(Named.HOME, later, view);
    assertThat(Worlds.seen(later, view, Worlds.USUAL)).anyMatch(l -> l.equals("line 0"));
    Worlds.press(Named.END, later, view);
    assertThat(Worlds.seen(later, view, Worlds.USUAL)).anyMatch(l -> l.equals("line 119"));
    Worlds.type("p", later, view);
    assertThat(Worlds.seen(logged(0, 130), view, Worlds.USUAL))
        .anyMatch(l -> l.equals("line 119"))
        .anyMatch(l -> l.contains("10 lines below"));
  }

  @Test
  void aSearchGoesUpAndDownTheLog() {
    World now = logged(0, 100);
    Worlds.type("fLINE 7", now, view);
    assertThat(Worlds.seen(now, view, Worlds.USUAL)).anyMatch(l -> l.contains("11 lines"));
    Worlds.press(Named.ENTER, now, view);
    assertThat(Worlds.seen(now, view, Worlds.USUAL)).anyMatch(l -> l.equals("line 79"));
    assertThat(Worlds.seen(now, view, Worlds.USUAL)).noneMatch(l -> l.equals("line 80"));
    Worlds.type("n", now, view);
    assertThat(Worlds.seen(now, view, Worlds.USUAL)).noneMatch(l -> l.equals("line 79"));
    Worlds.type("N", now, view);
    assertThat(Worlds.seen(now, view, Worlds.USUAL)).anyMatch(l -> l.equals("line 79"));
    Worlds.type("N", now, view);
    assertThat(Worlds.seen(now, view, Worlds.USUAL).getLast()).contains("no later line");
  }

  @Test
  void helpNamesEveryKeyAndAnyKeyLeavesIt() {
    Worlds.type("?", world, view);
    List<String> seen = Worlds.seen(world, view, Worlds.USUAL);
    assertThat(String.join("\n", seen))
        .contains("restart the instance", "Ctrl-C", "search in the log");
    assertThat(Worlds.type("r", world, view)).isEmpty();
    assertThat(view.mode()).isEqualTo(View.Mode.BROWSE);
  }

  private static World logged(int id, int lines) {
    return Worlds.of(
        new LogTail(
            Optional.of(new InstanceId(id)),
            IntStream.range(0, lines).mapToObj(i -> new LogTail.Line(false, "line " + i)).toList(),
            lines,
            ""),
        Instances.online(id, "api"));
  }
}
