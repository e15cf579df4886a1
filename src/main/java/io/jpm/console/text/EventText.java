package io.jpm.console.text;

import io.jpm.model.process.Phase;
import io.jpm.wire.EventMessage;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// Formats events for `jpm events`, one line per event. Each column is as wide as its widest value
/// so far.
public final class EventText {
  private static final int KIND_WIDTH = 8;
  private static final String DAEMON = "jpm";
  private static final Set<String> DAEMONS_TROUBLES = Set.of("heartbeat_missed", "stall");
  private static final String CONFIG_FAILED = "config_failed";
  private static final String RELOAD_FAILED = "reload_failed";
  private static final String NO_PID = "";

  private final DateTimeFormatter time;
  private final boolean colors;
  private int labelWidth;
  private int pidWidth;

  /// Creates a formatter without any column widths yet.
  ///
  /// @param zone the time zone of the displayed times
  /// @param colors whether to use SGR colors
  public EventText(ZoneId zone, boolean colors) {
    this.time = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(zone);
    this.colors = colors;
  }

  /// Returns the lines for `events`, each terminated by a line feed.
  public String lines(List<EventMessage> events) {
    for (EventMessage event : events) {
      labelWidth = Math.max(labelWidth, TextWidth.of(label(event)));
      pidWidth = Math.max(pidWidth, pid(event).length());
    }
    var text = new StringBuilder();
    events.forEach(event -> line(text, event));
    return text.toString();
  }

  private void line(StringBuilder text, EventMessage event) {
    String label = label(event);
    String pid = pid(event);
    String kind = TerminalSanitizer.visible(event.event());
    String reason = TerminalSanitizer.visible(event.reason());
    text.append(time.format(Instant.ofEpochMilli(event.at())))
        .append("  ")
        .append(label)
        .repeat(' ', labelWidth - TextWidth.of(label) + 2)
        .append(pid)
        .repeat(' ', pidWidth - pid.length() + (pidWidth == 0 ? 0 : 2))
        .append(paint(event).on(kind, colors));
    if (!reason.isEmpty()) {
      text.repeat(' ', Math.max(1, KIND_WIDTH + 1 - TextWidth.of(kind))).append(reason);
    }
    text.append('\n');
  }

  private static String label(EventMessage event) {
    return event.isDaemonEvent()
        ? DAEMON
        : TerminalSanitizer.visible(event.app()) + ":" + event.id();
  }

  private static String pid(EventMessage event) {
    return event.pid() == 0 ? NO_PID : "pid " + event.pid();
  }

  /// Returns the style of an event. Failed reloads, rejected process files and problems of the
  /// daemon are yellow; other events have the style of the resulting phase in `jpm ls`. An unknown
  /// phase, written by a newer jpm, is printed plain.
  private static Paint paint(EventMessage event) {
    if (event.event().equals(RELOAD_FAILED)
        || event.event().equals(CONFIG_FAILED)
        || (event.isDaemonEvent() && DAEMONS_TROUBLES.contains(event.event()))) {
      return Paint.YELLOW;
    }
    return Arrays.stream(Phase.values())
        .filter(phase -> phase.keyword().equals(event.status()))
        .findFirst()
        .map(InstanceListing::paintOf)
        .orElse(Paint.PLAIN);
  }

  /// Returns the events in their JSON wire format, one per line. Escapes control characters that
  /// would affect a terminal.
  public static String json(List<EventMessage> events) {
    var text = new StringBuilder();
    events.forEach(event -> text.append(TerminalSanitizer.json(event.toJson())).append('\n'));
    return text.toString();
  }
}
