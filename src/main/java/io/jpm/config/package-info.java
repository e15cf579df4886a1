/// Reads the configuration that users write: process files and command lines become
/// [io.jpm.model.AppSpec], `jpm.json` becomes [io.jpm.config.settings.Settings].
///
/// Start with [io.jpm.config.ProcessFileReader] and [io.jpm.config.AppReader]. [io.jpm.spec.AppKey]
/// and [io.jpm.config.settings.SettingKey] are the two catalogues that drive all parsing and from
/// which every help text is derived. A text is parsed into a tree of values with line numbers. All
/// mistakes are collected as [io.jpm.config.values.Problem]; if there is any mistake, no part of
/// the file is used. User input never makes this package throw: an exception is a bug in jpm.
///
/// The package depends on `model`, `spec`, the JDK and the parsers Jackson and SnakeYAML Engine. It
/// checks whether scripts, programs and directories exist, but never changes the file system. A
/// process file that is a script is evaluated by a [io.jpm.config.deploy.ScriptEvaluator].
@NullMarked
package io.jpm.config;

import org.jspecify.annotations.NullMarked;
