package io.jpm.console.monit;

import io.jpm.bus.god.InstanceView;
import io.jpm.console.text.Amounts;
import io.jpm.console.text.InstanceListing;
import io.jpm.console.text.Paint;
import io.jpm.console.text.TextWidth;
import io.jpm.model.process.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Draws the list of apps with their charts. On a narrow screen, some columns are omitted.
final class ListPane {
  private static final Chart EMPTY = new Chart();

  /// The minimum full-scale value of CPU charts, in percent of one core. It prevents small values
  /// from filling the chart.
  private static final double LEAST_CPU = 10;

  private final TerminalFeatures terminalFeatures;

  ListPane(TerminalFeatures terminalFeatures) {
    this.terminalFeatures = terminalFeatures;
  }

  /// The widths of the columns.
  ///
  /// @param name the width of the name column
  /// @param chart the width of each chart; 0 if there are no charts
  /// @param memory whether there is also a memory chart
  /// @param uptime whether uptime and restarts are shown
  private record Widths(int name, int chart, boolean memory, boolean uptime) {
    private static final int FIXED = 37; // selection, id, status, cpu, mem, each with a space
    private static final int LIFE = 13;

    /// @param longest the length of the longest app name
    static Widths of(int width, int longest) {
      boolean life = width >= 64;
      int room = width - FIXED - (life ? LIFE : 0);
      boolean memory = room >= 34;
      int name = Math.clamp(room - (memory ? 18 : 9), 3, Math.clamp(longest, 12, 32));
      int chart = Math.min((room - name - 1) / (memory ? 2 : 1) - 1, 60);
      return new Widths(
          chart < 4 ? Math.max(3, room - 1) : name, chart < 4 ? 0 : chart, memory, life);
    }
  }

  /// Returns the title line and the rows of the list.
  List<LineBuilder> draw(MonitFrame monitFrame, MonitSettings monitSettings) {
    int width = monitFrame.layout().listWidth();
    int height = monitFrame.layout().listRows();
    Widths widths = Widths.of(width, longestName(monitFrame.monitData()));
    List<LineBuilder> strips = new ArrayList<>();
    strips.add(title(monitFrame, monitSettings, widths));
    Optional<InstanceView> selected = monitSettings.selectedIn(monitFrame);
    for (InstanceView instance : monitSettings.visible(monitFrame)) {
      strips.add(row(monitFrame, instance, selected.equals(Optional.of(instance)), widths));
    }
    if (monitFrame.rows().isEmpty()) {
      strips.add(
          new LineBuilder(width, terminalFeatures)
              .add(" " + nothing(monitFrame, monitSettings), Paint.DIM));
    }
    while (strips.size() < height + 1) {
      strips.add(new LineBuilder(width, terminalFeatures));
    }
    return strips;
  }

  private static int longestName(MonitData monitData) {
    return monitData.instances().stream()
        .mapToInt(one -> TextWidth.of(one.spec().name().value()))
        .max()
        .orElse(0);
  }

  private static String nothing(MonitFrame monitFrame, MonitSettings monitSettings) {
    return monitFrame.monitData().instances().isEmpty()
        ? "No apps yet. To start one, run jpm start app.js --name web"
        : "No app name contains \"%s\": press Esc to show all apps"
            .formatted(monitSettings.filter());
  }

  private LineBuilder title(MonitFrame monitFrame, MonitSettings monitSettings, Widths widths) {
    var lineBuilder = new LineBuilder(monitFrame.layout().listWidth(), terminalFeatures);
    SortOrder by = monitSettings.sortOrder();
    String name = monitSettings.filter().isEmpty() ? "" : " /" + monitSettings.filter();
    lineBuilder
        .add(" ")
        .right(mark("id", by == SortOrder.ID), 4, Paint.HEADER)
        .left(mark("name", by == SortOrder.NAME) + name, widths.name, Paint.HEADER)
        .left(mark("status", by == SortOrder.STATUS), 9, Paint.HEADER);
    if (widths.uptime) {
      lineBuilder
          .right(mark("↺", by == SortOrder.RESTARTS), 5, Paint.HEADER)
          .right("uptime", 6, Paint.HEADER);
    }
    lineBuilder.right(mark("cpu", by == SortOrder.CPU), 7, Paint.HEADER);
    if (widths.chart > 0) {
      lineBuilder.left("", widths.chart, Paint.HEADER);
    }
    return lineBuilder.right(mark("mem", by == SortOrder.MEMORY), 8, Paint.HEADER);
  }

  /// Returns the title of a column, with a star if the list is sorted by this column.
  private static String mark(String title, boolean sorted) {
    return sorted ? title + "*" : title;
  }

  private LineBuilder row(
      MonitFrame monitFrame, InstanceView instance, boolean selected, Widths widths) {
    MonitData monitData = monitFrame.monitData();
    ResourceUse resourceUse = monitData.useOf(instance);
    Chart chart = monitData.charts().getOrDefault(instance.id(), EMPTY);
    var lineBuilder = new LineBuilder(monitFrame.layout().listWidth(), terminalFeatures, selected);
    boolean ill = instance.phase() == Phase.ONLINE && instance.unhealthy().isPresent();
    lineBuilder
        .add(selected ? ">" : " ")
        .right(instance.id().toString(), 4, Paint.HEADER)
        .left(instance.spec().name().toString(), widths.name, Paint.PLAIN)
        .left(
            ill ? "unhealthy" : word(instance.phase()),
            9,
            ill ? Paint.BOLD_YELLOW : InstanceListing.paintOf(instance.phase()));
    if (widths.uptime) {
      lineBuilder
          .right(Integer.toString(instance.restarts()), 5, Paint.PLAIN)
          .right(uptime(instance, monitData), 6, Paint.PLAIN);
    }
    lineBuilder.right(Amounts.percent(resourceUse.cpuPercent()), 7, Paint.PLAIN);
    if (widths.chart > 0) {
      lineBuilder.left(
          Sparkline.of(chart.cpu(), widths.chart, LEAST_CPU, terminalFeatures),
          widths.chart,
          Paint.GREEN);
    }
    lineBuilder.right(Amounts.memory(resourceUse.memoryBytes()), 8, Paint.PLAIN);
    if (widths.memory && widths.chart > 0) {
      lineBuilder.left(
          Sparkline.of(chart.memory(), widths.chart, 1, terminalFeatures),
          widths.chart,
          Paint.BLUE);
    }
    return lineBuilder;
  }

  private static String word(Phase phase) {
    return phase == Phase.WAITING_RESTART ? "waiting" : phase.keyword();
  }

  /// Returns the uptime in the format of `jpm ls`.
  static String uptime(InstanceView instance, MonitData monitData) {
    return instance.phase() == Phase.ONLINE
        ? instance
            .startedAt()
            .map(start -> Amounts.uptime(Duration.between(start, monitData.now())))
            .orElse("0")
        : "0";
  }
}
