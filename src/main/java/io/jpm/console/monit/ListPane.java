package io.jpm.console.monit;

import io.jpm.bus.InstanceView;
import io.jpm.console.text.Amounts;
import io.jpm.console.text.Columns;
import io.jpm.console.text.Listing;
import io.jpm.console.text.Paint;
import io.jpm.model.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The list of apps with their charts. Where there is little room columns are left out.
final class ListPane {
  private static final Chart EMPTY = new Chart();

  /// Of one core: what is less than a tenth of it does not fill a chart.
  private static final double LEAST_CPU = 10;

  private final Look look;

  ListPane(Look look) {
    this.look = look;
  }

  /// Which columns there are, and how wide.
  ///
  /// @param name of the name
  /// @param chart of each chart; 0: there are none
  /// @param memory whether there is a chart of memory too
  /// @param life whether uptime and restarts are shown
  private record Widths(int name, int chart, boolean memory, boolean life) {
    private static final int FIXED = 37; // mark, id, status, cpu, mem with a space after each
    private static final int LIFE = 13;

    /// @param longest name of all apps
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

  /// The title and the rows.
  List<Strip> draw(Scene scene, View view) {
    int width = scene.layout().listWidth();
    int height = scene.layout().listRows();
    Widths widths = Widths.of(width, longestName(scene.world()));
    List<Strip> strips = new ArrayList<>();
    strips.add(title(scene, view, widths));
    Optional<InstanceView> selected = view.selectedIn(scene);
    for (InstanceView instance : view.visible(scene)) {
      strips.add(row(scene, instance, selected.equals(Optional.of(instance)), widths));
    }
    if (scene.rows().isEmpty()) {
      strips.add(new Strip(width, look).add(" " + nothing(scene, view), Paint.DIM));
    }
    while (strips.size() < height + 1) {
      strips.add(new Strip(width, look));
    }
    return strips;
  }

  private static int longestName(World world) {
    return world.instances().stream()
        .mapToInt(one -> Columns.of(one.spec().name().value()))
        .max()
        .orElse(0);
  }

  private static String nothing(Scene scene, View view) {
    return scene.world().instances().isEmpty()
        ? "No app yet. To start one: jpm start app.js --name web"
        : "No app has \"%s\" in its name; Esc shows all".formatted(view.filter());
  }

  private Strip title(Scene scene, View view, Widths widths) {
    var strip = new Strip(scene.layout().listWidth(), look);
    Sorting by = view.sorting();
    String name = view.filter().isEmpty() ? "" : " /" + view.filter();
    strip
        .add(" ")
        .right(mark("id", by == Sorting.ID), 4, Paint.HEADER)
        .left(mark("name", by == Sorting.NAME) + name, widths.name, Paint.HEADER)
        .left(mark("status", by == Sorting.STATUS), 9, Paint.HEADER);
    if (widths.life) {
      strip
          .right(mark("↺", by == Sorting.RESTARTS), 5, Paint.HEADER)
          .right("uptime", 6, Paint.HEADER);
    }
    strip.right(mark("cpu", by == Sorting.CPU), 7, Paint.HEADER);
    if (widths.chart > 0) {
      strip.left("", widths.chart, Paint.HEADER);
    }
    return strip.right(mark("mem", by == Sorting.MEMORY), 8, Paint.HEADER);
  }

  /// The title of the column that the list is sorted by has a star.
  private static String mark(String title, boolean sorted) {
    return sorted ? title + "*" : title;
  }

  private Strip row(Scene scene, InstanceView instance, boolean selected, Widths widths) {
    World world = scene.world();
    Use use = world.useOf(instance);
    Chart chart = world.charts().getOrDefault(instance.id(), EMPTY);
    var strip = new Strip(scene.layout().listWidth(), look, selected);
    boolean ill = instance.phase() == Phase.ONLINE && instance.unhealthy().isPresent();
    strip
        .add(selected ? ">" : " ")
        .right(instance.id().toString(), 4, Paint.HEADER)
        .left(instance.spec().name().toString(), widths.name, Paint.PLAIN)
        .left(
            ill ? "unhealthy" : word(instance.phase()),
            9,
            ill ? Paint.BOLD_YELLOW : Listing.paintOf(instance.phase()));
    if (widths.life) {
      strip
          .right(Integer.toString(instance.restarts()), 5, Paint.PLAIN)
          .right(uptime(instance, world), 6, Paint.PLAIN);
    }
    strip.right(Amounts.percent(use.cpuPercent()), 7, Paint.PLAIN);
    if (widths.chart > 0) {
      strip.left(
          Sparkline.of(chart.cpu(), widths.chart, LEAST_CPU, look), widths.chart, Paint.GREEN);
    }
    strip.right(Amounts.memory(use.memoryBytes()), 8, Paint.PLAIN);
    if (widths.memory && widths.chart > 0) {
      strip.left(Sparkline.of(chart.memory(), widths.chart, 1, look), widths.chart, Paint.BLUE);
    }
    return strip;
  }

  private static String word(Phase phase) {
    return phase == Phase.WAITING_RESTART ? "waiting" : phase.word();
  }

  /// As `jpm ls` shows it.
  static String uptime(InstanceView instance, World world) {
    return instance.phase() == Phase.ONLINE
        ? instance
            .startedAt()
            .map(start -> Amounts.uptime(Duration.between(start, world.now())))
            .orElse("0")
        : "0";
  }
}
