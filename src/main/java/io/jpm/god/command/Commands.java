package io.jpm.god.command;

import io.jpm.bus.god.AppFile;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.god.adoption.UnlistedProcesses;
import io.jpm.god.instance.CommandReplies;
import io.jpm.god.instance.IdempotencyRecord;
import io.jpm.god.instance.IdempotencyRegistry;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.journal.Journal;
import io.jpm.god.journal.JournalUnavailable;
import io.jpm.god.journal.SavedList;
import io.jpm.god.lifecycle.AppStart;
import io.jpm.god.lifecycle.Deletion;
import io.jpm.god.lifecycle.EarlyExitWatch;
import io.jpm.god.lifecycle.GodServices;
import io.jpm.god.rollout.Reload;
import io.jpm.god.supervision.DependencySequence;
import io.jpm.god.supervision.OpenFileBudget;
import io.jpm.god.supervision.Supervisor;
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

/// Executes the commands that God receives. Confined to GodVerticle's context.
public final class Commands {
  private final Registry registry;
  private final Supervisor supervisor;
  private final Journal journal;
  private final DependencySequence dependencySequence;
  private final CustomActions customActions;
  private final InstanceActions instanceActions;
  private final SavedList savedList;
  private final Resurrection resurrection;
  private final OpenFileBudget files;
  private final Deletion deletion;
  private final UnlistedProcesses unlistedProcesses;
  private final AppStart appStart;
  private final Reload reload;
  private final Scale scale;
  private final Applying applying;
  private final Resumption resumption;

  private final IdempotencyRegistry idempotencyRegistry;

  public Commands(GodServices godServices, IdempotencyRegistry idempotencyRegistry) {
    this.idempotencyRegistry = idempotencyRegistry;
    this.registry = godServices.registry();
    this.supervisor = godServices.supervisor();
    this.journal = godServices.journal();
    this.dependencySequence = godServices.dependencySequence();
    this.deletion = godServices.deletion();
    this.customActions = new CustomActions(godServices.vertx());
    this.instanceActions = new InstanceActions(godServices);
    this.savedList = new SavedList(godServices.vertx(), godServices.god().home());
    this.unlistedProcesses = godServices.processClaims().unlistedProcesses();
    this.files = godServices.descriptors();
    this.appStart = new AppStart(godServices);
    this.resurrection = new Resurrection(godServices, appStart);
    this.reload = new Reload(godServices, appStart);
    this.scale = new Scale(godServices, appStart);
    this.applying = new Applying(godServices, appStart, reload);
    this.resumption = new Resumption(godServices);
  }

  /// Executes `command`. A command with an idempotency key takes effect only once, even if the
  /// client sends it again.
  public Future<GodReply> carryOut(GodCommand command) {
    return command instanceof GodCommand.Idempotent(String key, GodCommand inner)
        ? idempotencyRegistry.answer(
            key,
            idempotencyRecord -> answered(inner, idempotencyRecord),
            outcome -> remembered(inner, outcome),
            journal::changed)
        : answered(command, IdempotencyRecord.once());
  }

  private Future<GodReply> recall(GodCommand.GetOutcome question) {
    return idempotencyRegistry
        .recall(question.key(), outcome -> remembered(question, outcome))
        .orElseGet(() ->
            Future.succeededFuture(
                new GodReply(List.of(), List.of("no recent command has this idempotency key"))));
  }

  /// Returns the reply that an earlier daemon recorded, with the current views of those instances
  /// that still exist.
  private GodReply remembered(GodCommand command, IdempotencyRecord.Outcome outcome) {
    List<SupervisedInstance> present =
        outcome.ids().stream().flatMap(id -> registry.current(id).stream()).toList();
    var reply =
        new GodReply(CommandReplies.views(present), outcome.problems(), List.of(), outcome.notes());
    return present.isEmpty() || command instanceof GodCommand.Trigger
        ? reply.withNote("the previous daemon has already executed this command")
        : reply;
  }

  private Future<GodReply> answered(GodCommand command, IdempotencyRecord idempotencyRecord) {
    Future<GodReply> done =
        idempotencyRecord.isInherited()
            ? resumption.resume(command, idempotencyRecord, this::dispatch)
            : dispatch(command, idempotencyRecord);
    return done.recover(error ->
        error instanceof JournalUnavailable refused
            ? Future.succeededFuture(new GodReply(List.of(), List.of(refused.sentence())))
            : Future.failedFuture(error));
  }

  private Future<GodReply> dispatch(GodCommand command, IdempotencyRecord idempotencyRecord) {
    return switch (command) {
      case GodCommand.Idempotent(_, GodCommand inner) -> dispatch(inner, idempotencyRecord);
      case GodCommand.GetOutcome question -> recall(question);
      case GodCommand.StartApps start ->
          appStart.startApps(start, idempotencyRecord).map(this::withLoss);
      case GodCommand.Act act -> act(act, idempotencyRecord).map(this::withLoss);
      case GodCommand.Show(List<String> targets) -> show(targets);
      case GodCommand.Trigger trigger ->
          begun(idempotencyRecord)
              .compose(_ -> {
                Registry.Selection selection = registry.select(trigger.targets());
                return customActions.trigger(trigger, selection.found(), selection.problems());
              });
      case GodCommand.SendMessage send ->
          begun(idempotencyRecord)
              .map(_ -> {
                Registry.Selection selection = registry.select(send.targets());
                return CustomActions.send(send.json(), selection.found(), selection.problems());
              });
      case GodCommand.WriteInput type ->
          begun(idempotencyRecord).compose(_ -> instanceActions.type(type));
      case GodCommand.SendSignal order ->
          begun(idempotencyRecord).map(_ -> instanceActions.signal(order));
      case GodCommand.Reset(List<String> targets) ->
          instanceActions.reset(targets).map(this::withLoss);
      case GodCommand.UpdateSpec order -> instanceActions.alter(order).map(this::withLoss);
      case GodCommand.Save(boolean force) ->
          savedList
              .save(registry.all(), force)
              .onSuccess(reply -> {
                if (reply.problems().isEmpty() && reply.notes().isEmpty()) {
                  unlistedProcesses.trust();
                }
              });
      case GodCommand.ClearDump() -> savedList.clear();
      case GodCommand.Resurrect order ->
          resurrection.restore(savedList, order.awaitStable()).map(this::withLoss);
      case GodCommand.Reload order -> reload.execute(order, idempotencyRecord).map(this::withLoss);
      case GodCommand.Scale order -> scale.execute(order, idempotencyRecord).map(this::withLoss);
      case GodCommand.Apply order -> applying.execute(order, idempotencyRecord).map(this::withLoss);
      case GodCommand.ListFiles() ->
          Future.succeededFuture(GodReply.ofFiles(registry.files().all()));
      case GodCommand.WatchFile(AppFile file) -> watch(file);
      case GodCommand.RejectFile(Path file, List<String> found) -> {
        applying.reportFailure(file, found);
        yield Future.succeededFuture(new GodReply(List.of(), List.of()));
      }
      case GodCommand.Ping() -> Future.succeededFuture(new GodReply(List.of(), List.of()));
      case GodCommand.DeleteAll() ->
          deletion
              .delete(List.copyOf(registry.all()), List.of())
              .compose(this::endStrays)
              .map(this::withLoss);
    };
  }

  /// Records in the journal that the command may have taken effect. Called before an action that
  /// can neither be undone nor verified later.
  private Future<Void> begun(IdempotencyRecord idempotencyRecord) {
    if (!idempotencyRecord.isKeyed()) {
      return Future.succeededFuture();
    }
    idempotencyRecord.begin();
    journal.changed();
    return journal.written();
  }

  private Future<GodReply> watch(AppFile file) {
    Set<AppName> present =
        file.apps().stream()
            .filter(app -> !registry.ofApp(app).isEmpty())
            .collect(Collectors.toSet());
    registry.files().watch(new AppFile(file.file(), present, file.watch()));
    journal.changed();
    return journal.written().map(_ -> withLoss(GodReply.ofFiles(registry.files().all())));
  }

  /// Adds a note if the journal cannot be written. The command has succeeded nevertheless, and its
  /// effects are journaled as soon as possible. A command must not fail for this reason, because it
  /// may be what frees the disk: for example, it stops the program that fills the disk.
  private GodReply withLoss(GodReply reply) {
    if (reply.instances().isEmpty() || journal.problem().isEmpty()) {
      return reply;
    }
    if (reply.problems().stream().anyMatch(Journal::isRefusal)) {
      return reply; // nothing was done that could be lost
    }
    return reply.withNote(journal.problem().get());
  }

  private Future<GodReply> show(List<String> targets) {
    if (targets.isEmpty()) {
      var all = new GodReply(CommandReplies.views(registry.all()), List.of());
      return unlistedProcesses.report().map(report -> report.map(all::withNote).orElse(all));
    }
    Registry.Selection selection = registry.select(targets);
    return Future.succeededFuture(
        new GodReply(CommandReplies.views(selection.found()), selection.problems()));
  }

  /// Terminates the unlisted processes of the home directory and adds messages about them to
  /// `reply`.
  private Future<GodReply> endStrays(GodReply reply) {
    return unlistedProcesses
        .endAll()
        .compose(ended -> journal.written().map(ended))
        .map(ended -> ended.told(reply));
  }

  private Future<GodReply> act(GodCommand.Act act, IdempotencyRecord idempotencyRecord) {
    Registry.Selection selection = registry.select(act.targets());
    List<SupervisedInstance> found = selection.found();
    List<String> problems = selection.problems();
    return switch (act.action()) {
      case START -> {
        List<SupervisedInstance> all = new ArrayList<>(supervisor.dependencies().missingFor(found));
        all.addAll(found);
        yield restart(all, act, problems, idempotencyRecord);
      }
      case RESTART -> restart(found, act, problems, idempotencyRecord);
      case STOP ->
          dependencySequence
              .inReverse(found, dependencySequence::stop)
              .compose(_ -> journal.written())
              .map(_ -> {
                List<SupervisedInstance> stopped = found.stream().map(registry::currentOf).toList();
                return CommandReplies.withStops(
                    stopped, new GodReply(CommandReplies.views(stopped), problems));
              });
      case DELETE -> {
        // Recorded here so that one journal write contains the goals and the first removal.
        idempotencyRecord.addRemovalGoals(found);
        yield deletion.delete(found, problems);
      }
    };
  }

  private Future<GodReply> restart(
      List<SupervisedInstance> instances,
      GodCommand.Act act,
      List<String> problems,
      IdempotencyRecord idempotencyRecord) {
    Optional<String> tooMany = files.refusalToRun(instances);
    if (tooMany.isPresent()) {
      List<String> all = new ArrayList<>(problems);
      all.add(tooMany.get());
      return Future.succeededFuture(new GodReply(List.of(), all));
    }
    act.shell().ifPresent(variables -> takeOver(instances, variables));
    idempotencyRecord.addRenewalGoals(instances);
    List<SupervisedInstance> looked =
        act.action() == GodCommand.Action.START
            ? EarlyExitWatch.withoutProcess(instances)
            : Reload.awaited(instances);
    boolean looks = act.action() != GodCommand.Action.START || act.awaitStable();
    return begun(idempotencyRecord)
        .compose(_ -> dependencySequence.restart(instances))
        .compose(left -> appStart.withEarlyFailures(looked, left, looks))
        .compose(left -> {
          List<String> all = new ArrayList<>(problems);
          all.addAll(left);
          return journal
              .written()
              .map(_ ->
                  CommandReplies.withStops(
                      instances,
                      new GodReply(
                          CommandReplies.views(instances),
                          CommandReplies.failures(instances, all))));
        });
  }

  /// Replaces the inherited environment with that of the client's shell for all instances of the
  /// apps that `instances` belong to (`--update-env`).
  private void takeOver(List<SupervisedInstance> instances, Map<String, String> shell) {
    instances.stream()
        .map(supervisedInstance -> supervisedInstance.spec)
        .distinct()
        .forEach(spec -> {
          AppSpec updated = Reload.inheriting(spec, shell);
          registry
              .ofApp(spec.name())
              .forEach(supervisedInstance -> supervisedInstance.spec = updated);
        });
    journal.changed();
  }
}
