# Completes jpm's command lines in fish: `jpm completion install` puts this where fish looks for it.
# The daemon says what fits. Where none runs, none is started, and commands and options are completed all the same.

function __jpm_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l plain (string unescape -- $current 2>/dev/null)
    or set plain (string trim -l -c '"\'' -- $current)
    set -l program (string replace -r '^~/' "$HOME/" -- $before[1])
    type -qf -- $program
    or set program jpm
    set -l lines (env JPM_COMPLETION=described COMP_CWORD=(count $before) \
        $program completion -- $before "$plain" </dev/null 2>/dev/null)
    test (count $lines) -gt 0
    or set lines (__jpm_guess "$plain" $before)
    printf '%s\n' $lines[2..-1]
    set -l option (string match -r -- '^--[^=]*=' "$plain")
    set -l part (string replace -- "$option" '' "$plain")
    switch $lines[1]
        case files
            printf "$option%s\n" (__fish_complete_path "$part")
        case directories
            printf "$option%s\n" (__fish_complete_directories "$part")
    end
end

# Prints what can be said without a daemon. The first argument is the word at the cursor, the others are those before.
function __jpm_guess
    set -l current $argv[1]
    set -l known (string split ' ' -- '@COMMANDS@')
    set -l verb
    for word in $argv[3..-1]
        if not string match -q -- '-*' $word
            set verb $word
            break
        end
    end
    if string match -q -- '-*' $current
        echo none
        __jpm_options "$verb"
    else if test -n "$verb"
        echo files
    else
        echo none
        printf '%s\n' $known
    end
end

# Prints the options of a command.
function __jpm_options
    switch $argv[1]
        # @OPTIONS@
        case '*'
            string split ' ' -- '--help --version'
    end
end

complete -c jpm -f -a '(__jpm_complete)'
