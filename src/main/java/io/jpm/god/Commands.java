package io.jpm.god;

import io.jpm.bus.AppFile;
import io.jpm.bus.GodCommand;
import io.jpm.bus.GodReply;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What people ask of God. Owned by GodVerticle's context.
final class Commands {
  private final Registry registry;
  private final Supervisor supervisor;
  private final Journal journal;
  private final Sequence sequence;
  private final CustomActions customActions;
  private final Handling handling;
  private final SavedList savedList;
  private final Resurrection resurrection;
  private final OpenFileBudget files;
  private final Removal removal;
  private final Strays strays;
  private final Starting starting;
  private final Reload reload;
  private final Scale scale;
  private final Applying applying;
  private final Resumption resumption;

  private final Attempts attempts;

  Commands(Parts parts, Attempts attempts) {
    this.attempts = attempts;
    this.registry = parts.registry();
    this.supervisor = parts.supervisor();
    this.journal = parts.journal();
    this.sequence = parts.sequence();
    this.removal = parts.removal();
    this.customActions = new CustomActions(parts.vertx());
    this.handling = new Handling(parts);
    this.savedList = new SavedList(parts.vertx(), parts.god().home());
    this.strays = parts.claims().strays();
    this.files = parts.files();
    this.starting = new Starting(parts);
    this.resurrection = new Resurrection(parts, starting);
    this.reload = new Reload(parts, starting);
    this.scale = new Scale(parts, starting);
    this.applying = new Applying(parts, starting, reload);
    this.resumption = new Resumption(parts);
  }

  Future<GodReply> carryOut(GodCommand command) {
    return command instanceof GodCommand.Keyed(String key, GodCommand inner)
        ? attempts.answer(
            key,
            attempt -> answered(inner, attempt),
            outcome -> remembered(inner, outcome),
            journal::changed)
        : answered(command, Attempt.once());
  }

  private Future<GodReply> recall(GodCommand.Recall question) {
    return attempts
        .recall(question.key(), outcome -> remembered(question, outcome))
        .orElseGet(() ->
            Future.succeededFuture(
                new GodReply(List.of(), List.of("no command has had this key lately"))));
  }

  /// What an earlier daemon has answered, as far as its instances are still there.
  private GodReply remembered(GodCommand command, Attempt.Outcome outcome) {
    List<Instance> present =
        outcome.ids().stream().flatMap(id -> registry.current(id).stream()).toList();
    var reply =
        new GodReply(Replies.views(present), outcome.problems(), List.of(), outcome.notes());
    return present.isEmpty() || command instanceof GodCommand.Trigger
        ? reply.noting("the daemon before this one has done it already")
        : reply;
  }

  private Future<GodReply> answered(GodCommand command, Attempt attempt) {
    Future<GodReply> done =
        attempt.isInherited()
            ? resumption.goOn(command, attempt, this::obey)
            : obey(command, attempt);
    return done.recover(error ->
        error instanceof NotWritten refused
            ? Future.succeededFuture(new GodReply(List.of(), List.of(refused.sentence())))
            : Future.failedFuture(error));
  }

  private Future<GodReply> obey(GodCommand command, Attempt attempt) {
    return switch (command) {
      case GodCommand.Keyed(_, GodCommand inner) -> obey(inner, attempt);
      case GodCommand.Recall question -> recall(question);
      case GodCommand.StartApps start -> starting.startApps(start, attempt).map(this::withLoss);
      case GodCommand.Act act -> act(act, attempt).map(this::withLoss);
      case GodCommand.Show(List<String> targets) -> show(targets);
      case GodCommand.Trigger trigger ->
          begun(attempt)
              .compose(_ -> {
                Registry.Selection selection = registry.select(trigger.targets());
                return customActions.trigger(trigger, selection.found(), selection.problems());
              });
      case GodCommand.Send send ->
          begun(attempt)
              .map(_ -> {
                Registry.Selection selection = registry.select(send.targets());
                return CustomActions.send(send.json(), selection.found(), selection.problems());
              });
      case GodCommand.Type type -> begun(attempt).compose(_ -> handling.type(type));
      case GodCommand.SendSignal order -> begun(attempt).map(_ -> handling.signal(order));
      case GodCommand.Reset(List<String> targets) -> handling.reset(targets).map(this::withLoss);
      case GodCommand.Alter order -> handling.alter(order).map(this::withLoss);
      case GodCommand.Save(boolean force) ->
          savedList
              .save(registry.all(), force)
              .onSuccess(reply -> {
                if (reply.problems().isEmpty() && reply.notes().isEmpty()) {
                  strays.trust();
                }
              });
      case GodCommand.ClearDump() -> savedList.clear();
      case GodCommand.Resurrect order ->
          resurrection.from(savedList, order.lasting()).map(this::withLoss);
      case GodCommand.Reload order -> reload.carryOut(order, attempt).map(this::withLoss);
      case GodCommand.Scale order -> scale.carryOut(order, attempt).map(this::withLoss);
      case GodCommand.Apply order -> applying.carryOut(order, attempt).map(this::withLoss);
      case GodCommand.Files() -> Future.succeededFuture(GodReply.ofFiles(registry.files().all()));
      case GodCommand.WatchFile(AppFile file) -> watch(file);
      case GodCommand.FileFailed(Path file, List<String> found) -> {
        applying.tellFailure(file, found);
        yield Future.succeededFuture(new GodReply(List.of(), List.of()));
      }
      case GodCommand.Ping() -> Future.succeededFuture(new GodReply(List.of(), List.of()));
      case GodCommand.EndEverything() ->
          removal
              .delete(List.copyOf(registry.all()), List.of())
              .compose(this::endStrays)
              .map(this::withLoss);
    };
  }

  /// What cannot be taken back or looked up afterwards is not done before it is written down that
  /// it may have been done.
  private Future<Void> begun(Attempt attempt) {
    if (!attempt.isKeyed()) {
      return Future.succeededFuture();
    }
    attempt.begin();
    journal.changed();
    return journal.written();
  }

  private Future<GodReply> watch(AppFile file) {
    Set<AppName> present =
        file.apps().stream()
            .filter(app -> !registry.ofApp(app).isEmpty())
            .collect(Collectors.toSet());
    registry.files().watch(new AppFile(file.file(), present, file.reading()));
    journal.changed();
    return journal.written().map(_ -> withLoss(GodReply.ofFiles(registry.files().all())));
  }

  /// It is done all the same, and written down as soon as the disk takes it: whoever ends a program
  /// that fills the disk is to see that it has worked.
  private GodReply withLoss(GodReply reply) {
    if (reply.instances().isEmpty() || journal.problem().isEmpty()) {
      return reply;
    }
    if (reply.problems().stream().anyMatch(Journal::isRefusal)) {
      return reply; // nothing was done that could be forgotten
    }
    return reply.noting(journal.problem().get());
  }

  private Future<GodReply> show(List<String> targets) {
    if (targets.isEmpty()) {
      var all = new GodReply(Replies.views(registry.all()), List.of());
      return strays.report().map(report -> report.map(all::noting).orElse(all));
    }
    Registry.Selection selection = registry.select(targets);
    return Future.succeededFuture(
        new GodReply(Replies.views(selection.found()), selection.problems()));
  }

  /// What carries the home's tag and was in no list goes too.
  private Future<GodReply> endStrays(GodReply reply) {
    return strays
        .endAll()
        .compose(ended -> journal.written().map(ended))
        .map(ended -> ended.told(reply));
  }

  private Future<GodReply> act(GodCommand.Act act, Attempt attempt) {
    Registry.Selection selection = registry.select(act.targets());
    List<Instance> found = selection.found();
    List<String> problems = selection.problems();
    return switch (act.action()) {
      case START -> {
        List<Instance> all = new ArrayList<>(supervisor.dependencies().missingFor(found));
        all.addAll(found);
        yield restart(all, act, problems, attempt);
      }
      case RESTART -> restart(found, act, problems, attempt);
      case STOP ->
          sequence
              .inReverse(found, sequence::stop)
              .compose(_ -> journal.written())
              .map(_ -> {
                List<Instance> stopped = found.stream().map(registry::present).toList();
                return Replies.withStops(stopped, new GodReply(Replies.views(stopped), problems));
              });
      case DELETE -> {
        // In the same write as the first that is gone.
        attempt.ends(found);
        yield removal.delete(found, problems);
      }
    };
  }

  private Future<GodReply> restart(
      List<Instance> instances, GodCommand.Act act, List<String> problems, Attempt attempt) {
    Optional<String> tooMany = files.refusalToRun(instances);
    if (tooMany.isPresent()) {
      List<String> all = new ArrayList<>(problems);
      all.add(tooMany.get());
      return Future.succeededFuture(new GodReply(List.of(), all));
    }
    act.shell().ifPresent(variables -> takeOver(instances, variables));
    attempt.renews(instances);
    List<Instance> looked =
        act.action() == GodCommand.Action.START
            ? FirstMoment.atRest(instances)
            : Reload.awaited(instances);
    boolean looks = act.action() != GodCommand.Action.START || act.lasting();
    return begun(attempt)
        .compose(_ -> sequence.restart(instances))
        .compose(left -> starting.lasting(looked, left, looks))
        .compose(left -> {
          List<String> all = new ArrayList<>(problems);
          all.addAll(left);
          return journal
              .written()
              .map(_ ->
                  Replies.withStops(
                      instances,
                      new GodReply(Replies.views(instances), Replies.failures(instances, all))));
        });
  }

  /// `--update-env`: what the apps inherit is the present shell's, for all instances of an app.
  private void takeOver(List<Instance> instances, Map<String, String> shell) {
    instances.stream()
        .map(instance -> instance.spec)
        .distinct()
        .forEach(spec -> {
          AppSpec updated = Reload.inheriting(spec, shell);
          registry.ofApp(spec.name()).forEach(instance -> instance.spec = updated);
        });
    journal.changed();
  }
}
