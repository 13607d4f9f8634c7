package io.github.embeddinglab.cli;

import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.evaluation.leakage.LeakCheck;
import io.github.embeddinglab.evaluation.leakage.TextFields;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lab leak-check}: whether evaluation texts were trained on. */
@Command(
        name = "leak-check",
        description = "Find evaluation texts that occur, exactly or nearly, among training texts.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class LeakCheckCommand implements Runnable, Lab.Verb {
    private static final int SHOWN = 10;
    private static final int LISTED = 1000;

    private final Console console;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            required = true,
            description = "Evaluation texts: JSONL, TSV, CSV, .txt or a retrieval folder; may be repeated.")
    private List<Path> data = new ArrayList<>();

    @Option(
            names = "--training-data",
            paramLabel = "PATH",
            required = true,
            description = "Training texts, in the same forms; may be repeated.")
    private List<Path> training = new ArrayList<>();

    @Option(
            names = "--fields",
            paramLabel = "NAME",
            split = ",",
            description = "Fields or columns with texts besides the usual names (text, query, document, sentence1, …).")
    private List<String> fields = new ArrayList<>();

    @Option(names = "--strict", description = "Exit 1 when there is a leak.")
    private boolean strict;

    @Mixin
    private CommonOptions common = new CommonOptions();

    LeakCheckCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        common.configuration(); // its faults
        List<TextFields.Placed> texts = TextFields.read(data, fields);
        List<TextFields.Placed> trained = TextFields.read(training, fields);
        List<LeakCheck.Leak> leaks = LeakCheck.against(
                        trained.stream().map(TextFields.Placed::text).toList())
                .find(texts.stream().map(TextFields.Placed::text).toList());
        Map<String, Integer> kinds = new LinkedHashMap<>();
        for (LeakCheck.Kind kind : LeakCheck.Kind.values()) {
            kinds.put(kind.name().toLowerCase(Locale.ROOT), 0);
        }
        leaks.forEach(leak -> kinds.merge(leak.kind().name().toLowerCase(Locale.ROOT), 1, Integer::sum));
        if (common.json()) {
            json(texts, trained, leaks, kinds);
        } else {
            print(texts, trained, leaks, kinds);
        }
        if (strict && !leaks.isEmpty()) {
            throw new LaboratoryException(leaks.size() + " of " + texts.size()
                    + " evaluation texts were trained on; take them out of one of the two");
        }
    }

    private void json(
            List<TextFields.Placed> texts,
            List<TextFields.Placed> trained,
            List<LeakCheck.Leak> leaks,
            Map<String, Integer> kinds) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("texts", texts.size());
        object.put("training_texts", trained.size());
        object.put("leaks", leaks.size());
        object.put("share", (double) leaks.size() / Math.max(1, texts.size()));
        object.put("kinds", kinds);
        List<Map<String, Object>> list = new ArrayList<>();
        for (LeakCheck.Leak leak : leaks.subList(0, Math.min(LISTED, leaks.size()))) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("text", texts.get(leak.text()).where());
            one.put("training_text", trained.get(leak.trainingText()).where());
            one.put("kind", leak.kind().name().toLowerCase(Locale.ROOT));
            list.add(one);
        }
        object.put("listed", list);
        console.json(object);
    }

    private void print(
            List<TextFields.Placed> texts,
            List<TextFields.Placed> trained,
            List<LeakCheck.Leak> leaks,
            Map<String, Integer> kinds) {
        console.line(String.format(Locale.ROOT, "%,d of %,d evaluation texts occur among %,d training texts: %s",
                leaks.size(), texts.size(), trained.size(), kinds));
        leaks.stream().limit(SHOWN).forEach(leak -> console.line("  " + texts.get(leak.text()).where() + " as "
                + trained.get(leak.trainingText()).where() + " (" + leak.kind().name().toLowerCase(Locale.ROOT) + "): "
                + abbreviated(texts.get(leak.text()).text())));
        if (leaks.size() > SHOWN) {
            console.line("  and " + (leaks.size() - SHOWN) + " more with --json");
        }
    }

    private static String abbreviated(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }
}
