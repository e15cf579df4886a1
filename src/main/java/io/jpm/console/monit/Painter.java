package io.jpm.console.monit;

import io.jpm.bus.InstanceView;
import io.jpm.console.text.Amounts;
import io.jpm.console.text.Columns;
import io.jpm.console.text.Paint;
import io.jpm.model.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Draws the screen.
public final class Painter {
  private static final String KEYS =
      "?:help  q:quit  r:restart  R:reload  s:stop/start  /:filter  f:search  c:sort  Tab:log";
  private static final List<String> HELP =
      List.of(
          "Up Down j k        the app before, the next",
          "PgUp PgDn Home End further; g and G too",
          "/                  only apps with this in their names",
          "c                  sort by name, cpu, memory, restarts, status, id",
          "r                  restart the instance",
          "R                  reload the app: no gap in cluster mode",
          "s                  stop the instance, or start it",
          "+ -                one instance more or fewer, in cluster mode",
          "Tab                to the log and back; there the same keys scroll",
          "Left Right         in the log: long lines",
          "p or Space         pause the log, and follow it again",
          "f                  search in the log; n further up, N down",
          "Esc                close, forget search and filter, quit",
          "q Ctrl-C           quit; apps go on");

  private final Look look;

  public Painter(Look look) {
    this.look = look;
  }

  /// The picture of a scene.
  public Picture paint(Scene scene, View view) {
    Size size = scene.layout().size();
    if (!size.isEnough()) {
      return new Picture(size, tooSmall(size));
    }
    List<String> lines = new ArrayList<>();
    lines.add(system(scene));
    if (view.mode() == View.Mode.HELP) {
      lines.addAll(help(size));
    } else {
      lines.addAll(panes(scene, view));
    }
    while (lines.size() < size.rows() - 1) {
      lines.add("");
    }
    lines.add(bottom(scene, view));
    return new Picture(size, lines);
  }

  private List<String> tooSmall(Size size) {
    String needs = "monit needs " + Size.LEAST;
    return List.of(
        new Strip(size.cols(), look).add(needs).done(),
        new Strip(size.cols(), look).add("this is " + size).done(),
        new Strip(size.cols(), look).add("q quits").done());
  }

  private String system(Scene scene) {
    Machine machine = scene.world().machine();
    var line = new Strip(scene.layout().size().cols(), look);
    line.add(" jpm " + machine.version(), Paint.HEADER).add("  " + counts(scene));
    machine
        .host()
        .ifPresent(host ->
            line.add(
                "  cpu %s of %d  mem %s/%s"
                    .formatted(
                        Amounts.percent(Math.min(100, host.cpuPercent() / host.cores())),
                        host.cores(),
                        Amounts.memory(host.memoryBytes() - host.availableBytes()),
                        Amounts.memory(host.memoryBytes()))));
    line.add("  daemon %d, up %s".formatted(machine.pid(), Amounts.uptime(machine.uptime())));
    machine
        .host()
        .ifPresent(host -> line.add(String.format(Locale.ROOT, "  load %.2f", host.load())));
    return line.done();
  }

  private static String counts(Scene scene) {
    List<InstanceView> all = scene.world().instances();
    long online = all.stream().filter(one -> one.phase() == Phase.ONLINE).count();
    long errored = all.stream().filter(one -> one.phase() == Phase.ERRORED).count();
    return "%d of %d online%s"
        .formatted(online, all.size(), errored == 0 ? "" : ", " + errored + " errored");
  }

  private List<String> panes(Scene scene, View view) {
    List<Strip> list = new ListPane(look).draw(scene, view);
    List<Strip> details = new DetailPane(look).draw(scene, view);
    List<String> lines = new ArrayList<>();
    if (scene.layout().beside()) {
      for (int i = 0; i < list.size(); i++) {
        Strip left = list.get(i).to(scene.layout().listWidth());
        var whole = new Strip(scene.layout().size().cols(), look).join(left);
        whole.add("│", Paint.DIM);
        if (i < details.size()) {
          whole.join(details.get(i));
        }
        lines.add(whole.done());
      }
    } else {
      list.forEach(strip -> lines.add(strip.done()));
      details.forEach(strip -> lines.add(strip.done()));
    }
    new LogPane(look).draw(scene, view).forEach(strip -> lines.add(strip.done()));
    return lines;
  }

  private List<String> help(Size size) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    HELP.stream()
        .limit(Math.max(0, size.rows() - 4L))
        .forEach(line -> lines.add(new Strip(size.cols(), look).add("  " + line).done()));
    return lines;
  }

  private String bottom(Scene scene, View view) {
    var line = new Strip(scene.layout().size().cols(), look);
    switch (view.mode()) {
      case FILTER -> prompt(line, " filter apps by name: ", view.input());
      case SEARCH -> prompt(line, " search in the log: ", view.input());
      case CONFIRM ->
          line.add(
              " %s y: yes, any other key: no"
                  .formatted(view.unconfirmed().flatMap(Order::question).orElse("")),
              Paint.BOLD_YELLOW);
      case HELP -> line.add(" any key: back", Paint.DIM);
      case BROWSE -> {
        if (view.notice().isEmpty()) {
          line.add(" " + KEYS, Paint.DIM);
        } else {
          line.add(" " + SafeText.of(view.notice()), Paint.YELLOW);
        }
      }
    }
    return line.done();
  }

  /// Of a long text the end, where it is typed.
  private static void prompt(Strip line, String title, String input) {
    line.add(title, Paint.BOLD_YELLOW);
    String shown = input;
    while (Columns.of(shown) >= line.room() && !shown.isEmpty()) {
      shown = shown.substring(shown.offsetByCodePoints(0, 1));
    }
    line.add(shown).mark(" ");
  }
}
