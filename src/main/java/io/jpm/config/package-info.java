/// From what people write to what the daemon believes: process files and command lines become
/// [io.jpm.model.AppSpec], `jpm.json` becomes [io.jpm.config.settings.Settings].
///
/// Start with [io.jpm.config.ProcessFileReader] and [io.jpm.config.AppReader]; [io.jpm.spec.AppKey]
/// and [io.jpm.config.settings.SettingKey] are the two catalogues from which everything is parsed
/// and every help text is made. A text is read to a tree that knows its lines, all mistakes are
/// collected as [io.jpm.config.values.Problem], and one mistake means that nothing of the file is
/// used. Nothing a user writes makes this room throw: an exception here is a mistake of jpm.
///
/// The room may know `model`, the JDK and the parsers of Jackson and SnakeYAML Engine. It asks the
/// file system whether scripts, programs and directories are there, and changes nothing; a process
/// file that is a script is evaluated by whoever is the [io.jpm.config.deploy.ScriptEvaluator].
@NullMarked
package io.jpm.config;

import org.jspecify.annotations.NullMarked;
