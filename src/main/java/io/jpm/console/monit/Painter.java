package io.jpm.console.monit;

import io.jpm.bus.god.InstanceView;
import io.jpm.console.text.Amounts;
import io.jpm.console.text.Paint;
import io.jpm.console.text.TextWidth;
import io.jpm.model.process.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Draws the whole screen of `jpm monit`.
public final class Painter {
  private static final String KEYS =
      "?:help  q:quit  r:restart  R:reload  s:stop/start  /:filter  f:search  c:sort  Tab:log";
  private static final List<String> HELP =
      List.of(
          "Up Down j k        previous app, next app",
          "PgUp PgDn Home End page up, down, first, last; also g, G",
          "/                  filter apps by name",
          "c                  sort by name, cpu, memory, restarts, status, id",
          "r                  restart the instance",
          "R                  reload the app; without downtime in cluster mode",
          "s                  stop or start the instance",
          "+ -                add or remove an instance, in cluster mode",
          "Tab                switch to the log and back; the same keys scroll the log",
          "Left Right         scroll long lines in the log",
          "p or Space         pause or resume the log",
          "f                  search the log; n: next match above, N: below",
          "Esc                leave the log, else clear the search or filter, else quit",
          "q Ctrl-C           quit; apps keep running");

  private final TerminalFeatures terminalFeatures;

  public Painter(TerminalFeatures terminalFeatures) {
    this.terminalFeatures = terminalFeatures;
  }

  /// Draws a frame.
  public Picture paint(MonitFrame monitFrame, MonitSettings monitSettings) {
    Size size = monitFrame.layout().size();
    if (!size.isEnough()) {
      return new Picture(size, tooSmall(size));
    }
    List<String> lines = new ArrayList<>();
    lines.add(system(monitFrame));
    if (monitSettings.mode() == MonitSettings.Mode.HELP) {
      lines.addAll(help(size));
    } else {
      lines.addAll(panes(monitFrame, monitSettings));
    }
    while (lines.size() < size.rows() - 1) {
      lines.add("");
    }
    lines.add(bottom(monitFrame, monitSettings));
    return new Picture(size, lines);
  }

  private List<String> tooSmall(Size size) {
    String needs = "monit needs " + Size.LEAST;
    return List.of(
        new LineBuilder(size.cols(), terminalFeatures).add(needs).done(),
        new LineBuilder(size.cols(), terminalFeatures).add("terminal: " + size).done(),
        new LineBuilder(size.cols(), terminalFeatures).add("q quits").done());
  }

  private String system(MonitFrame monitFrame) {
    HostFacts hostFacts = monitFrame.monitData().hostFacts();
    var line = new LineBuilder(monitFrame.layout().size().cols(), terminalFeatures);
    line.add(" jpm " + hostFacts.version(), Paint.HEADER).add("  " + counts(monitFrame));
    hostFacts
        .host()
        .ifPresent(host ->
            line.add(
                "  cpu %s of %d  mem %s/%s"
                    .formatted(
                        Amounts.percent(Math.min(100, host.cpuPercent() / host.cores())),
                        host.cores(),
                        Amounts.memory(host.memoryBytes() - host.availableBytes()),
                        Amounts.memory(host.memoryBytes()))));
    line.add("  daemon %d, up %s".formatted(hostFacts.pid(), Amounts.uptime(hostFacts.uptime())));
    hostFacts
        .host()
        .ifPresent(host -> line.add(String.format(Locale.ROOT, "  load %.2f", host.load())));
    return line.done();
  }

  private static String counts(MonitFrame monitFrame) {
    List<InstanceView> all = monitFrame.monitData().instances();
    long online = all.stream().filter(one -> one.phase() == Phase.ONLINE).count();
    long errored = all.stream().filter(one -> one.phase() == Phase.ERRORED).count();
    return "%d of %d online%s"
        .formatted(online, all.size(), errored == 0 ? "" : ", " + errored + " errored");
  }

  private List<String> panes(MonitFrame monitFrame, MonitSettings monitSettings) {
    List<LineBuilder> list = new ListPane(terminalFeatures).draw(monitFrame, monitSettings);
    List<LineBuilder> details = new DetailPane(terminalFeatures).draw(monitFrame, monitSettings);
    List<String> lines = new ArrayList<>();
    if (monitFrame.layout().beside()) {
      for (int i = 0; i < list.size(); i++) {
        LineBuilder left = list.get(i).to(monitFrame.layout().listWidth());
        var whole = new LineBuilder(monitFrame.layout().size().cols(), terminalFeatures).join(left);
        whole.add("│", Paint.DIM);
        if (i < details.size()) {
          whole.join(details.get(i));
        }
        lines.add(whole.done());
      }
    } else {
      list.forEach(lineBuilder -> lines.add(lineBuilder.done()));
      details.forEach(lineBuilder -> lines.add(lineBuilder.done()));
    }
    new LogPane(terminalFeatures)
        .draw(monitFrame, monitSettings)
        .forEach(lineBuilder -> lines.add(lineBuilder.done()));
    return lines;
  }

  private List<String> help(Size size) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    HELP.stream()
        .limit(Math.max(0, size.rows() - 4L))
        .forEach(line ->
            lines.add(new LineBuilder(size.cols(), terminalFeatures).add("  " + line).done()));
    return lines;
  }

  private String bottom(MonitFrame monitFrame, MonitSettings monitSettings) {
    var line = new LineBuilder(monitFrame.layout().size().cols(), terminalFeatures);
    switch (monitSettings.mode()) {
      case FILTER -> prompt(line, " filter apps by name: ", monitSettings.input());
      case SEARCH -> prompt(line, " search in the log: ", monitSettings.input());
      case CONFIRM ->
          line.add(
              " %s y: yes, any other key: no"
                  .formatted(monitSettings.unconfirmed().flatMap(MonitAction::question).orElse("")),
              Paint.BOLD_YELLOW);
      case HELP -> line.add(" any key: back", Paint.DIM);
      case BROWSE -> {
        if (monitSettings.notice().isEmpty()) {
          line.add(" " + KEYS, Paint.DIM);
        } else {
          line.add(" " + ScreenTextSanitizer.of(monitSettings.notice()), Paint.YELLOW);
        }
      }
    }
    return line.done();
  }

  /// Draws a prompt. A long input is truncated at its beginning, so that the cursor remains
  /// visible.
  private static void prompt(LineBuilder line, String title, String input) {
    line.add(title, Paint.BOLD_YELLOW);
    String shown = input;
    while (TextWidth.of(shown) >= line.room() && !shown.isEmpty()) {
      shown = shown.substring(shown.offsetByCodePoints(0, 1));
    }
    line.add(shown).mark(" ");
  }
}
