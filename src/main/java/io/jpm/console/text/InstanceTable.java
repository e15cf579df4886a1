package io.jpm.console.text;

import io.jpm.bus.InstanceView;
import io.jpm.console.text.Grid.Column;
import io.jpm.model.Phase;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The table of `jpm ls`, sorted by name and id as PM2's.
public final class InstanceTable {
  private static final String DEFAULT_NAMESPACE = "default";
  private static final int MOST_REASONS = 10;

  private InstanceTable() {}

  /// The table; below it a line for each errored instance, or for an empty list how to begin.
  public static String draw(Listing listing, Screen screen) {
    List<InstanceView> sorted =
        listing.instances().stream()
            .sorted(
                Comparator.comparing((InstanceView instance) -> instance.spec().name())
                    .thenComparing(InstanceView::id))
            .toList();
    boolean namespaces =
        sorted.stream().anyMatch(i -> !i.spec().namespace().equals(DEFAULT_NAMESPACE));
    List<List<Cell>> rows =
        sorted.stream().map(instance -> row(instance, listing, namespaces)).toList();
    return new Grid(columns(namespaces), rows).draw(screen) + below(sorted, screen);
  }

  private static List<Column> columns(boolean namespaces) {
    List<Column> columns = new ArrayList<>();
    columns.add(new Column("id", 2, 0, false));
    columns.add(new Column("name", 4, 0, true));
    if (namespaces) {
      columns.add(new Column("namespace", 9, 8, false));
    }
    columns.add(new Column("mode", 4, 7, false));
    columns.add(new Column("pid", 7, 6, false));
    columns.add(new Column("uptime", 6, 5, false));
    columns.add(new Column("↺", 3, 2, false));
    columns.add(new Column("status", 8, 0, false));
    columns.add(new Column("cpu", 5, 3, false));
    columns.add(new Column("mem", 7, 4, false));
    columns.add(new Column("user", 4, 9, false));
    return columns;
  }

  private static List<Cell> row(InstanceView instance, Listing listing, boolean namespaces) {
    List<Cell> cells = new ArrayList<>();
    cells.add(new Cell(instance.id().toString(), Paint.HEADER));
    cells.add(Cell.of(instance.spec().name().toString()));
    if (namespaces) {
      cells.add(Cell.of(instance.spec().namespace()));
    }
    cells.add(Cell.of(instance.spec().cluster().enabled() ? "cluster" : "fork"));
    cells.add(
        Cell.of(instance.process().map(process -> Integer.toString(process.pid())).orElse("0")));
    cells.add(Cell.of(listing.uptimeOf(instance)));
    cells.add(Cell.of(Integer.toString(instance.restarts())));
    cells.add(Listing.statusOf(instance));
    cells.add(Cell.of(listing.cpuOf(instance)));
    cells.add(Cell.of(listing.memoryOf(instance)));
    cells.add(new Cell(listing.userOf(instance), Paint.BOLD));
    return cells;
  }

  private static String below(List<InstanceView> instances, Screen screen) {
    if (instances.isEmpty()) {
      return "No app yet. To start one: jpm start app.js --name web\n";
    }
    List<InstanceView> errored =
        instances.stream().filter(instance -> instance.phase() == Phase.ERRORED).toList();
    StringBuilder text = new StringBuilder();
    errored.stream()
        .limit(MOST_REASONS)
        .forEach(instance -> {
          String who = "%s (id %s):".formatted(instance.spec().name(), instance.id());
          text.append(Paint.RED.on(who, screen.colors()))
              .append(' ')
              .append(TerminalText.visible(instance.reason()))
              .append("; see jpm logs ")
              .append(instance.spec().name())
              .append('\n');
        });
    if (errored.size() > MOST_REASONS) {
      text.append("… and %d more errored\n".formatted(errored.size() - MOST_REASONS));
    }
    return text.toString();
  }
}
