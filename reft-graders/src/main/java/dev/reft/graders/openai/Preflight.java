package dev.reft.graders.openai;

import dev.reft.graders.openai.Issue.Severity;
import dev.reft.graders.programs.ProgramRunner;
import dev.reft.graders.programs.PythonGrader;
import dev.reft.graders.programs.SandboxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks, before a run, for what would fail at every sample: a service that is not there, a Python module that the sandbox
 * lacks, a template's field that the first rows lack, a reference that is blank in them.
 */
public final class Preflight {
    /** How many rows are looked at. */
    public static final int ROWS = 100;

    private final GraderServices services;
    private final List<Map<String, @Nullable Object>> items;
    private final List<Issue> issues = new ArrayList<>();

    private Preflight(GraderServices services, List<Map<String, @Nullable Object>> items) {
        this.services = services;
        this.items = items.subList(0, Math.min(ROWS, items.size()));
    }

    /**
     * Checks a grader.
     *
     * @param definition the grader
     * @param services what it will be given
     * @param items the first data rows; at most {@value #ROWS} of them are looked at
     * @return what is wrong, and as warnings what is strange
     * @throws SandboxException if the sandbox failed
     * @throws InterruptedException if the thread was interrupted
     */
    public static List<Issue> check(
            GraderDefinition definition, GraderServices services, List<Map<String, @Nullable Object>> items)
            throws SandboxException, InterruptedException {
        Preflight preflight = new Preflight(services, items);
        Map<String, GraderSpec> graders = new LinkedHashMap<>();
        if (definition.spec() instanceof GraderSpec.Multi multi) {
            multi.graders().forEach((name, spec) -> graders.put("grader.graders." + name, spec));
        } else {
            graders.put("grader", definition.spec());
        }
        for (Map.Entry<String, GraderSpec> entry : graders.entrySet()) {
            preflight.look(entry.getKey(), entry.getValue());
        }
        return List.copyOf(preflight.issues);
    }

    private void look(String path, GraderSpec spec) throws SandboxException, InterruptedException {
        services.missing(spec).ifPresent(what -> add(Severity.ERROR, Issue.INVALID_GRADER, path, what));
        if (spec instanceof GraderSpec.StringCheck check) {
            rows(path + ".input", check.input(), false);
            rows(path + ".reference", check.reference(), true);
            boolean contains = check.operation() == StringOperation.LIKE || check.operation() == StringOperation.ILIKE;
            if (contains && check.reference().source().isEmpty()) {
                String why = "is empty: every sample contains it and scores 1";
                add(Severity.WARNING, Issue.EMPTY_REFERENCE, path + ".reference", why);
            }
        } else if (spec instanceof GraderSpec.TextSimilarity text) {
            rows(path + ".input", text.input(), false);
            rows(path + ".reference", text.reference(), true);
        } else if (spec instanceof GraderSpec.ScoreModel model) {
            messages(path, model.input());
        } else if (spec instanceof GraderSpec.LabelModel model) {
            messages(path, model.input());
        } else if (spec instanceof GraderSpec.Python python) {
            python(path, python);
        }
    }

    private void messages(String path, List<ModelMessage> messages) {
        for (int i = 0; i < messages.size(); i++) {
            for (ModelMessage.Part part : messages.get(i).content()) {
                if (part instanceof ModelMessage.Part.Text text) {
                    rows(path + ".input[" + i + "]", text.text(), false);
                }
            }
        }
    }

    private void python(String path, GraderSpec.Python spec) throws SandboxException, InterruptedException {
        ProgramRunner runner = services.python();
        if (runner != null) {
            PythonGrader grader = new PythonGrader(spec.source(), runner, services.pythonLimits());
            for (String problem : grader.validate()) {
                add(Severity.ERROR, Issue.INVALID_GRADER, path + ".source", problem);
            }
        }
    }

    /** One issue a variable: its field is absent from a row, or always blank where it is the whole reference. */
    private void rows(String path, Template template, boolean reference) {
        for (VariablePath variable : template.variables()) {
            if (variable.namespace() != VariablePath.Namespace.ITEM) {
                continue;
            }
            int absent = 0;
            int blank = 0;
            for (Map<String, @Nullable Object> item : items) {
                try {
                    Object value = variable.find(Map.of(), item);
                    blank += value == null || (value instanceof String text && text.isBlank()) ? 1 : 0;
                } catch (FlaggedException e) {
                    absent++;
                }
            }
            String where = " of the first " + items.size() + " rows";
            if (absent > 0) {
                String code = ErrorFlag.INVALID_VARIABLE_ERROR.key();
                add(Severity.ERROR, code, path, "{{ " + variable.text() + " }} is not in " + absent + where);
            }
            if (reference && blank > 0) {
                add(
                        Severity.WARNING,
                        Issue.EMPTY_REFERENCE,
                        path,
                        "{{ " + variable.text() + " }} is blank in " + blank + where);
            }
        }
    }

    private void add(Severity severity, String code, String path, String message) {
        issues.add(new Issue(severity, code, path, message));
    }
}
