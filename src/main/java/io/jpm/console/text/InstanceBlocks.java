package io.jpm.console.text;

import io.jpm.bus.god.InstanceView;
import java.util.stream.Collectors;

/// Formats the list of `jpm ls --mini-list`, which prints one block of lines per instance, with
/// PM2's labels. Intended for narrow screens and for scripts that search for individual lines.
public final class InstanceBlocks {
  private InstanceBlocks() {}

  /// Returns the blocks, separated by empty lines.
  public static String draw(InstanceListing instanceListing, TextStyle textStyle) {
    return instanceListing.instances().stream()
        .map(instance -> block(instance, instanceListing, textStyle))
        .collect(Collectors.joining("\n"));
  }

  private static String block(
      InstanceView instance, InstanceListing instanceListing, TextStyle textStyle) {
    String name = TerminalSanitizer.visible(instance.spec().name().value());
    var text = new StringBuilder(Paint.BOLD.on("+--- " + name, textStyle.colors())).append('\n');
    line(text, "namespace", instance.spec().namespace());
    line(text, "pid", instance.process().map(it -> Integer.toString(it.pid())).orElse("0"));
    line(text, "pm2 id", instance.id().toString());
    line(text, "status", InstanceListing.statusOf(instance).text());
    line(text, "mode", instance.spec().cluster().enabled() ? "cluster" : "fork");
    line(text, "restarted", Integer.toString(instance.restarts()));
    line(text, "uptime", instanceListing.uptimeOf(instance));
    line(text, "cpu", instanceListing.cpuOf(instance));
    line(text, "memory usage", instanceListing.memoryOf(instance));
    line(text, "error log", instance.errorFile().toString());
    line(text, "watching", instance.spec().triggers().watch().isPresent() ? "yes" : "no");
    line(text, "PID file", instance.pidFile().toString());
    return text.toString();
  }

  private static void line(StringBuilder text, String label, String value) {
    text.append(label).append(" : ").append(TerminalSanitizer.visible(value)).append('\n');
  }
}
