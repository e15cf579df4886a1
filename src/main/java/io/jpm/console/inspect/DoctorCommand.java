package io.jpm.console.inspect;

import io.jpm.bus.daemon.DoctorReply.Finding;
import io.jpm.bus.daemon.DoctorReply.Verdict;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.jpm.console.text.Paint;
import io.jpm.console.text.TerminalSanitizer;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;

/// Runs `jpm doctor`, which prints each finding on one line and its remedy on the next. Fails if a
/// finding has the verdict FAIL.
public final class DoctorCommand implements ConsoleCommand {
  private final DaemonClient daemonClient;

  public DoctorCommand(DaemonClient daemonClient) {
    this.daemonClient = daemonClient;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    Session session = commandCall.session();
    boolean json = commandCall.arguments().has(VerbOption.JSON);
    return daemonClient
        .doctor()
        .map(reply -> {
          List<Finding> findings = reply.findings();
          findings.forEach(finding ->
              session.out(json ? json(finding) : text(finding, session.textStyle().colors())));
          return findings.stream().anyMatch(finding -> finding.verdict() == Verdict.FAIL)
              ? ExitCode.FAILED
              : ExitCode.OK;
        });
  }

  private static String json(Finding finding) {
    return new JsonObject()
            .put("check", finding.name())
            .put("verdict", finding.verdict().name().toLowerCase(Locale.ROOT))
            .put("found", finding.found())
            .put("remedy", finding.remedy())
            .encode()
        + "\n";
  }

  private static String text(Finding finding, boolean colors) {
    String word =
        switch (finding.verdict()) {
          case OK -> Paint.GREEN.on("ok  ", colors);
          case WARN -> Paint.YELLOW.on("warn", colors);
          case FAIL -> Paint.RED.on("FAIL", colors);
        };
    String line = "%s  %s: %s\n".formatted(word, finding.name(), visible(finding.found()));
    return finding.remedy().isEmpty() ? line : line + "      → " + visible(finding.remedy()) + "\n";
  }

  private static String visible(String text) {
    return TerminalSanitizer.visible(text);
  }
}
