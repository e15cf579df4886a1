package io.jpm.console.inspect;

import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.jpm.console.text.InstanceListing;
import io.jpm.console.text.InstanceSheet;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.TreeUsage;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Runs `jpm describe`, which prints the details of each instance of each target.
public final class DescribeCommand implements ConsoleCommand {
  private final DaemonClient daemonClient;

  public DescribeCommand(DaemonClient daemonClient) {
    this.daemonClient = daemonClient;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    if (commandCall.arguments().has(VerbOption.JSON)) {
      return json(commandCall);
    }
    Future<ExitCode> done = Future.succeededFuture(ExitCode.OK);
    for (String target : commandCall.arguments().targets()) {
      done =
          done.compose(code ->
              describe(target, commandCall.session()).map(found -> found ? code : ExitCode.FAILED));
    }
    return done;
  }

  /// Prints all instances as one JSON array. Reports unknown targets on standard error.
  private Future<ExitCode> json(CommandCall commandCall) {
    Map<InstanceId, InstanceView> found = new LinkedHashMap<>();
    Future<ExitCode> asked = Future.succeededFuture(ExitCode.OK);
    for (String target : commandCall.arguments().targets()) {
      asked =
          asked.compose(code ->
              daemonClient
                  .god(new GodCommand.Show(List.of(target)))
                  .map(shown -> {
                    shown.instances().forEach(instance -> found.put(instance.id(), instance));
                    return isThere(target, shown, commandCall.session()) ? code : ExitCode.FAILED;
                  }));
    }
    return asked.compose(code ->
        daemonClient
            .listing(List.copyOf(found.values()))
            .compose(daemonClient::json)
            .map(list -> {
              commandCall.session().out(list.encode() + "\n");
              return code;
            }));
  }

  private static boolean isThere(String target, GodReply shown, Session session) {
    if (shown.instances().isEmpty()) {
      session.warn("%s doesn't exist".formatted(target));
    }
    return !shown.instances().isEmpty();
  }

  private Future<Boolean> describe(String target, Session session) {
    return daemonClient
        .god(new GodCommand.Show(List.of(target)))
        .compose(shown -> describe(target, shown, session));
  }

  private Future<Boolean> describe(String target, GodReply shown, Session session) {
    if (!isThere(target, shown, session)) {
      return Future.succeededFuture(false);
    }
    return daemonClient
        .listing(shown.instances(), TreeUsage.Detail.ALL)
        .compose(daemonClient::withHealth)
        .compose(instanceListing -> {
          Future<Boolean> drawn = Future.succeededFuture(true);
          for (InstanceView instance : instanceListing.instances()) {
            drawn = drawn.compose(_ -> draw(instance, instanceListing, session));
          }
          return drawn.compose(_ -> warnAboutRejectedFiles(shown.instances(), session));
        });
  }

  /// Warns about each process file of these apps whose last edit could not be applied.
  private Future<Boolean> warnAboutRejectedFiles(List<InstanceView> instances, Session session) {
    return daemonClient
        .rejectedFiles()
        .map(problems -> {
          problems.stream()
              .filter(it -> instances.stream().anyMatch(i -> it.apps().contains(i.spec().name())))
              .forEach(it -> session.warn(it.message()));
          return true;
        });
  }

  private Future<Boolean> draw(
      InstanceView instance, InstanceListing instanceListing, Session session) {
    return daemonClient
        .capture(instance.id())
        .compose(capture ->
            balance(instance)
                .compose(balance ->
                    daemonClient
                        .handover(instance)
                        .map(outlook ->
                            new InstanceSheet.RuntimeDetails(capture, balance, outlook))))
        .map(runtimeDetails -> {
          session.out(
              InstanceSheet.draw(instance, instanceListing, runtimeDetails, session.textStyle()));
          return true;
        });
  }

  private Future<Optional<BalancerReply.Status>> balance(InstanceView instance) {
    return instance.spec().cluster().enabled()
        ? daemonClient.balance(instance.spec().name(), instance.id())
        : Future.succeededFuture(Optional.empty());
  }
}
