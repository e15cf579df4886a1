package io.jpm.console.monit;

import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.HealthReport;
import io.jpm.console.text.Amounts;
import io.jpm.console.text.InstanceListing;
import io.jpm.console.text.Paint;
import io.jpm.console.text.TextWidth;
import io.jpm.model.AppCommand;
import io.jpm.model.AppSpec;
import io.jpm.model.ListenAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Draws the details of the selected instance. If the pane is beside the list, it shows one detail
/// per line; if it is below the list, it shows several details per line.
final class DetailPane {
  private static final int LABEL_WIDTH = 8;
  private static final int MOST_PARTS = 3;

  private final TerminalFeatures terminalFeatures;

  DetailPane(TerminalFeatures terminalFeatures) {
    this.terminalFeatures = terminalFeatures;
  }

  /// A detail with its label.
  private record Fact(String label, String value, Paint paint) {
    Fact(String label, String value) {
      this(label, value, Paint.PLAIN);
    }
  }

  /// Returns the lines of the pane, at most [ScreenLayout#detailRows].
  List<LineBuilder> draw(MonitFrame monitFrame, MonitSettings monitSettings) {
    if (monitSettings.selectedIn(monitFrame).isEmpty()) {
      return List.of();
    }
    List<Fact> facts = facts(monitSettings.selectedIn(monitFrame).get(), monitFrame.monitData());
    return monitFrame.layout().beside() ? oneALine(facts, monitFrame) : flowing(facts, monitFrame);
  }

  private List<LineBuilder> oneALine(List<Fact> facts, MonitFrame monitFrame) {
    ScreenLayout screenLayout = monitFrame.layout();
    List<LineBuilder> strips = new ArrayList<>();
    for (Fact fact : facts) {
      String label = fact.label;
      for (String part : folded(fact.value, screenLayout.detailWidth() - LABEL_WIDTH - 2)) {
        strips.add(
            new LineBuilder(screenLayout.detailWidth(), terminalFeatures)
                .add(" ")
                .left(label, LABEL_WIDTH, Paint.HEADER)
                .add(part, fact.paint));
        label = "";
      }
    }
    return strips.subList(0, Math.min(strips.size(), screenLayout.detailRows()));
  }

  /// Splits a long value into at most [#MOST_PARTS] lines. The last line may still be too long;
  /// [LineBuilder] truncates it.
  private static List<String> folded(String value, int width) {
    List<String> parts = new ArrayList<>();
    String rest = value;
    while (parts.size() < MOST_PARTS - 1 && TextWidth.of(rest) > width) {
      int end = Math.max(1, TextWidth.prefix(rest, width));
      parts.add(rest.substring(0, end));
      rest = rest.substring(end);
    }
    parts.add(rest);
    return parts;
  }

  private List<LineBuilder> flowing(List<Fact> facts, MonitFrame monitFrame) {
    ScreenLayout screenLayout = monitFrame.layout();
    List<LineBuilder> strips = new ArrayList<>();
    var lineBuilder = new LineBuilder(screenLayout.detailWidth(), terminalFeatures);
    for (Fact fact : facts) {
      boolean full = fact.label.length() + fact.value.length() + 4 > lineBuilder.room();
      if (full && lineBuilder.room() < screenLayout.detailWidth()) {
        strips.add(lineBuilder);
        lineBuilder = new LineBuilder(screenLayout.detailWidth(), terminalFeatures);
      }
      lineBuilder.add("  " + fact.label + " ", Paint.HEADER).add(fact.value, fact.paint);
    }
    strips.add(lineBuilder);
    while (strips.size() < screenLayout.detailRows()) {
      strips.add(new LineBuilder(screenLayout.detailWidth(), terminalFeatures));
    }
    return strips.subList(0, screenLayout.detailRows());
  }

  private static List<Fact> facts(InstanceView instance, MonitData monitData) {
    AppSpec spec = instance.spec();
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact("app", "%s (id %s)".formatted(spec.name(), instance.id()), Paint.BOLD));
    facts.add(
        new Fact("status", instance.phase().keyword(), InstanceListing.paintOf(instance.phase())));
    facts.add(new Fact("why", ScreenTextSanitizer.of(instance.reason())));
    instance
        .process()
        .ifPresent(process -> facts.add(new Fact("pid", Integer.toString(process.pid()))));
    facts.add(new Fact("uptime", ListPane.uptime(instance, monitData)));
    facts.add(new Fact("restarts", Integer.toString(instance.restarts())));
    health(instance, monitData.health()).ifPresent(facts::add);
    if (!instance.status().isEmpty()) {
      facts.add(new Fact("message", ScreenTextSanitizer.of(instance.status())));
    }
    facts.add(
        new Fact(
            "mode",
            "%s, %d of %d"
                .formatted(
                    spec.cluster().enabled() ? "cluster" : "fork",
                    instance.number() + 1,
                    spec.instances().count())));
    ports(spec).ifPresent(ports -> facts.add(new Fact("port", ScreenTextSanitizer.of(ports))));
    facts.add(new Fact("script", ScreenTextSanitizer.of(script(spec.command()))));
    facts.add(new Fact("cwd", ScreenTextSanitizer.of(spec.cwd().toString())));
    facts.removeIf(fact -> fact.value.isEmpty());
    return facts;
  }

  private static Optional<Fact> health(InstanceView instance, Optional<HealthReport> report) {
    if (instance.unhealthy().isPresent()) {
      String why = ScreenTextSanitizer.of(instance.unhealthy().get());
      return Optional.of(new Fact("health", "unhealthy: " + why, Paint.BOLD_YELLOW));
    }
    return report.map(found ->
        switch (found.status()) {
          case WELL -> new Fact("health", "healthy for " + Amounts.uptime(found.since()));
          case NOT_READY -> new Fact("health", "not ready yet", Paint.YELLOW);
          case UNHEALTHY -> new Fact("health", "unhealthy", Paint.BOLD_YELLOW);
        });
  }

  /// Returns the configured ports that clients connect to; empty if none is configured.
  private static Optional<String> ports(AppSpec spec) {
    if (spec.cluster().port().isPresent()) {
      return Optional.of(Integer.toString(spec.cluster().port().getAsInt()));
    }
    if (!spec.cluster().listen().isEmpty()) {
      return Optional.of(
          spec.cluster().listen().stream()
              .map(ListenAddress::toString)
              .collect(Collectors.joining(", ")));
    }
    return Optional.ofNullable(spec.variables().declared().get("PORT"));
  }

  private static String script(AppCommand appCommand) {
    return Stream.concat(Stream.of(appCommand.script().toString()), appCommand.args().stream())
        .collect(Collectors.joining(" "));
  }
}
