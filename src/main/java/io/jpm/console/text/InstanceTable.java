package io.jpm.console.text;

import io.jpm.bus.god.InstanceView;
import io.jpm.console.text.Grid.Column;
import java.util.ArrayList;
import java.util.List;

/// Draws the table of `jpm ls`, with PM2's columns in PM2's order.
public final class InstanceTable {
  private static final String DEFAULT_NAMESPACE = "default";
  private static final int MOST_REASONS = 10;

  private InstanceTable() {}

  /// Selects the optional columns. A column is omitted if it would contain the default value for
  /// all instances.
  private record Extra(boolean namespaces, boolean versions, boolean watching) {
    static Extra of(List<InstanceView> instances) {
      return new Extra(
          instances.stream().anyMatch(i -> !i.spec().namespace().equals(DEFAULT_NAMESPACE)),
          instances.stream().anyMatch(i -> !i.version().isEmpty()),
          instances.stream().anyMatch(i -> i.spec().triggers().watch().isPresent()));
    }
  }

  /// Draws the table, sorted by name and id as in PM2. The table is followed by one line per failed
  /// instance or, if there are no instances, by a hint on how to start an app.
  public static String draw(InstanceListing instanceListing, TextStyle textStyle) {
    return draw(instanceListing, InstanceOrder.USUAL, textStyle);
  }

  /// Draws the table in the given order.
  public static String draw(
      InstanceListing instanceListing, InstanceOrder order, TextStyle textStyle) {
    List<InstanceView> sorted = order.sorted(instanceListing).instances();
    Extra extra = Extra.of(sorted);
    List<List<Cell>> rows = sorted.stream().map(it -> row(it, instanceListing, extra)).toList();
    return new Grid(columns(extra), rows).draw(textStyle) + below(sorted, textStyle);
  }

  private static List<Column> columns(Extra extra) {
    List<Column> columns = new ArrayList<>();
    columns.add(new Column("id", 2, 0, false));
    columns.add(new Column("name", 4, 0, true));
    if (extra.namespaces) {
      columns.add(new Column("namespace", 9, 8, false));
    }
    if (extra.versions) {
      columns.add(new Column("version", 7, 11, false));
    }
    columns.add(new Column("mode", 4, 7, false));
    columns.add(new Column("pid", 7, 6, false));
    columns.add(new Column("uptime", 6, 5, false));
    columns.add(new Column("↺", 3, 2, false));
    columns.add(new Column("status", 8, 0, false));
    columns.add(new Column("cpu", 5, 3, false));
    columns.add(new Column("mem", 7, 4, false));
    columns.add(new Column("user", 4, 9, false));
    if (extra.watching) {
      columns.add(new Column("watching", 8, 10, false));
    }
    return columns;
  }

  private static List<Cell> row(
      InstanceView instance, InstanceListing instanceListing, Extra extra) {
    List<Cell> cells = new ArrayList<>();
    cells.add(new Cell(instance.id().toString(), Paint.HEADER));
    cells.add(Cell.of(instance.spec().name().toString()));
    if (extra.namespaces) {
      cells.add(Cell.of(instance.spec().namespace()));
    }
    if (extra.versions) {
      cells.add(Cell.of(instance.version().isEmpty() ? "N/A" : instance.version()));
    }
    cells.add(Cell.of(instance.spec().cluster().enabled() ? "cluster" : "fork"));
    cells.add(
        Cell.of(instance.process().map(process -> Integer.toString(process.pid())).orElse("0")));
    cells.add(Cell.of(instanceListing.uptimeOf(instance)));
    cells.add(Cell.of(Integer.toString(instance.restarts())));
    cells.add(InstanceListing.statusOf(instance));
    cells.add(Cell.of(instanceListing.cpuOf(instance)));
    cells.add(Cell.of(instanceListing.memoryOf(instance)));
    cells.add(new Cell(instanceListing.userOf(instance), Paint.BOLD));
    if (extra.watching) {
      boolean watched = instance.spec().triggers().watch().isPresent();
      cells.add(Cell.of(watched ? "enabled" : "disabled"));
    }
    return cells;
  }

  private static String below(List<InstanceView> instances, TextStyle textStyle) {
    if (instances.isEmpty()) {
      return "No apps yet. To start one, run jpm start app.js --name web\n";
    }
    List<InstanceView> failed = instances.stream().filter(InstanceTable::hasFailed).toList();
    StringBuilder text = new StringBuilder();
    failed.stream()
        .limit(MOST_REASONS)
        .forEach(instance -> {
          String who = "%s (id %s):".formatted(instance.spec().name(), instance.id());
          text.append(Paint.RED.on(who, textStyle.colors()))
              .append(' ')
              .append(TerminalSanitizer.visible(instance.reason()))
              .append("; see jpm logs ")
              .append(instance.spec().name())
              .append('\n');
        });
    if (failed.size() > MOST_REASONS) {
      text.append("… and %d more failed instances\n".formatted(failed.size() - MOST_REASONS));
    }
    return text.toString();
  }

  /// Reports whether the instance is down because of a failure, or is crash-looping.
  private static boolean hasFailed(InstanceView instance) {
    return switch (instance.phase()) {
      case ERRORED, WAITING_RESTART -> true;
      // If a user stopped the instance, the reason does not begin with the exit.
      case STOPPED ->
          instance
              .lastExit()
              .filter(exit -> instance.spec().restart().isFailure(exit))
              .filter(exit -> instance.reason().startsWith(exit.toString()))
              .isPresent();
      case LAUNCHING, ONLINE, STOPPING -> instance.crashLooping();
    };
  }
}
