"""Every code a diagnostic can have, with what it means and the way out.

Codes are never reused. The first digit is the area: 1 parameters, 2 shapes, 3 topology, 4 data and
files, 5 node packs, 6 code generation, 7 training, 8 export. A new code is one entry here, in the
order of numbers, and a case in the golden file of texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from netbuilder.check.diagnostics import Severity

AREAS: Mapping[str, str] = MappingProxyType(
    {
        "1": "Parameters",
        "2": "Shapes",
        "3": "Topology",
        "4": "Data and files",
        "5": "Node packs",
        "6": "Code generation",
        "7": "Training",
        "8": "Export",
    }
)


@dataclass(frozen=True, slots=True)
class Code:
    """What a code means.

    Attributes:
        code: Its number, such as ``NB202``.
        severity: How bad it usually is; a few findings are milder.
        title: What is the matter, in a few words.
        text: A paragraph that explains it and names the way out.
        source: Where the reason can be read up, for advice: papers and guides.
    """

    code: str
    severity: Severity
    title: str
    text: str
    source: str = ""

    @property
    def area(self) -> str:
        """What it is about, in a word or two."""
        return AREAS[self.code[2]]


def explain(code: str) -> Code | None:
    """Return what a code means, or None for a code that does not exist; ``nb202`` is found too."""
    return CODES.get(code.strip().upper())


def _table(*entries: Code) -> Mapping[str, Code]:
    codes = {entry.code: entry for entry in entries}
    if len(codes) < len(entries):
        raise ValueError("a code stands in the table twice")
    return MappingProxyType(codes)


CODES: Mapping[str, Code] = _table(
    Code(
        "NB101",
        "error",
        "A parameter has a value it does not take",
        "Every parameter takes one kind of value, most of them within a range. `netbuilder nodes NAME` lists the parameters of a node type with kind, range and default; for an instance of a group, the group says what its parameters take. Change the value, or remove it to get the default.",
    ),
    Code(
        "NB102",
        "error",
        "There is no such parameter",
        "The node sets a parameter that its type, or its group, does not have. It may be misspelt, or come from another version of the type. Remove it, or use one of the names in the message.",
    ),
    Code(
        "NB103",
        "error",
        "An expression cannot be worked out",
        "A parameter may be arithmetic over the parameters of the group it stands in and the repeat index: numbers, names, + - * // % **, min, max and parentheses. In the main graph there are no names to use. Correct the expression, add the parameter to the group, or write the number.",
    ),
    Code(
        "NB201",
        "error",
        "A tensor has too many or too few axes",
        "A port takes tensors with a certain number of axes: an image convolution takes batch, channels, height and width. Flatten merges axes, GlobalAveragePool takes the mean over positions, Reshape lays numbers out anew, and the shape of an Input can name an axis of size 1.",
    ),
    Code(
        "NB202",
        "error",
        "Two sizes that must agree do not",
        "An axis that two inputs share has another size on each. Follow both back to the nodes that make these sizes and change one of them.",
    ),
    Code(
        "NB203",
        "error",
        "A size cannot be divided evenly",
        "Channels are dealt out to groups, or features to heads, in equal shares, so the number of groups or heads must divide them. Choose a divisor, or another number of channels.",
    ),
    Code(
        "NB204",
        "error",
        "The wrong type of numbers",
        "A port takes floating-point numbers, whole numbers or booleans, and some nodes want the same type at every input. Numbers get their type at the Input or Target: change the dtype there.",
    ),
    Code(
        "NB205",
        "error",
        "A size is left open where a number is needed",
        "An axis with a name in place of a size, such as T, may have any length. Weights have fixed sizes, so an axis they depend on needs a number. Give it one at the Input, or reduce the axis before.",
    ),
    Code(
        "NB206",
        "error",
        "Nothing would be left of an axis",
        "The output would have an axis of size 0 or less. Use smaller kernels and strides, more padding, or fewer steps that make the tensor smaller.",
    ),
    Code(
        "NB207",
        "error",
        "The kernel is larger than what it slides over",
        "Together with its dilation, a kernel must fit into the padded input. Use a smaller kernel, more padding, or pool less before.",
    ),
    Code(
        "NB208",
        "error",
        "There is no such axis",
        "Axes are counted from 0, which is the batch, or from -1, which is the last one, backwards. Choose a number within the range in the message, and each axis at most once.",
    ),
    Code(
        "NB209",
        "error",
        "A reshape does not keep the number of values",
        "Reshape lays the same numbers out anew, so the sizes must multiply to as many as a sample has. One of them may be -1 and takes what is left.",
    ),
    Code(
        "NB210",
        "error",
        "Two shapes cannot be combined element by element",
        "Shapes are compared from the last axis on; each pair of sizes must be the same, or one of them 1, which is then repeated. Make the shapes equal, or give one of them axes of size 1.",
    ),
    Code(
        "NB211",
        "error",
        "The parts of a split do not add up",
        "The sizes of the parts must add up to the size of the axis, and equal parts must come out in the number asked for. Change the number of parts or their sizes.",
    ),
    Code(
        "NB212",
        "error",
        "Parameters that do not go together",
        "Each value is allowed, but torch refuses this combination, or one of the values has no effect beside the other. The message names both and what holds between them.",
    ),
    Code(
        "NB213",
        "error",
        "Samples would be mixed",
        "The first axis holds the samples of a batch. It stays first, and nodes that join or average along it make every result depend on which samples happen to be in the batch.",
    ),
    Code(
        "NB214",
        "error",
        "A group input stands by itself",
        "What comes out of a group input is what is connected to the instance of the group. It has no shape of its own outside of one.",
    ),
    Code(
        "NB220",
        "error",
        "A loss got shapes that do not go together",
        "CrossEntropyLoss takes logits of N x C, or N x C and more axes, with a target of N, or N and the same axes; the other losses take two equal shapes. A Linear acts on the last axis only, so on images it stands behind a Flatten or a GlobalAveragePool.",
    ),
    Code(
        "NB221",
        "error",
        "A size is out of all bounds",
        "A size above 2**53, one with a formula of very many parts, or a weight or a sample that takes more than this machine has, cannot belong to a tensor that fits into memory. Nothing of that size is ever made. Look for a parameter with a few digits too many, or for channels and features that multiply; a machine with more memory may take what this one cannot.",
    ),
    Code(
        "NB222",
        "warning",
        "A map of the last axis behind an image",
        "Linear maps the last axis and does the same at all other places. Behind a convolution or a pool the last axis is the width of the image, so channels and rows would never meet. Nearly always a Flatten or a GlobalAveragePool belongs in between; where the map is meant, Permute brings the channels to the end first.",
    ),
    Code(
        "NB223",
        "warning",
        "A kernel larger than what it slides over",
        "With enough padding a kernel may be larger than its input, but weights that only ever meet padding learn nothing and cost time. Use a kernel that fits, or pool less before. Depth with small kernels sees as far with fewer weights.",
        "Simonyan and Zisserman 2015, Very Deep Convolutional Networks, section 2.3",
    ),
    Code(
        "NB224",
        "warning",
        "Steps that leave positions out",
        "With a stride larger than the kernel, some positions are never looked at: what lies there cannot change the result, and a shift of the image by one may change everything. Use a stride of at most the kernel's reach. A kernel of 1 with a stride, as in shortcuts of residual networks, is left alone.",
        "Zhang 2019, Making Convolutional Networks Shift-Invariant Again; He et al. 2019, Bag of Tricks, section 4.2",
    ),
    Code(
        "NB225",
        "info",
        "Less is seen than there is",
        "A global pool takes the mean of what every position has seen by itself. Where that is a small part of the input, the network judges by texture: nothing puts the parts of a large object together. More convolutions, pools, strides or dilation before the pool widen what is seen. Ignore it where what counts is small.",
        "Araujo, Norris and Sim 2019, Computing Receptive Fields of Convolutional Neural Networks, Distill",
    ),
    Code(
        "NB226",
        "info",
        "Nearly all weights in one layer",
        "A Linear behind a Flatten needs a weight for every position and channel, which is most of the memory, learns each position anew and overfits early. Pooling before it, or a GlobalAveragePool in place of the Flatten, makes it small.",
        "Lin, Chen and Yan 2014, Network In Network, section 3.2",
    ),
    Code(
        "NB227",
        "info",
        "A very long way through a recurrent layer",
        "LSTM and GRU go through a sequence step by step: over a thousand steps training takes long, and of what was read first little is left, gates or not. Shorten the sequence with a strided Conv1d or a pool, cut it into parts, or use attention.",
        "Bengio, Simard and Frasconi 1994, Learning Long-Term Dependencies with Gradient Descent is Difficult; Khandelwal et al. 2018, Sharp Nearby, Fuzzy Far Away",
    ),
    Code(
        "NB301",
        "error",
        "An input is not connected",
        "Every input of a node needs a value, unless it is marked as optional. Draw an edge from an output to it, or remove the node.",
    ),
    Code(
        "NB302",
        "error",
        "An edge goes to an input that does not exist",
        "The node has no such input: its type may have other ports, or a parameter such as the number of inputs was made smaller. Remove the edge, or bring the port back.",
    ),
    Code(
        "NB303",
        "error",
        "An edge comes from an output that does not exist",
        "The node it comes from has no such output: its type may have other ports, or a parameter such as the number of parts was made smaller. Remove the edge, or bring the port back.",
    ),
    Code(
        "NB304",
        "error",
        "An edge has a loose end",
        "One of the two nodes that the edge connects is not in the graph. Remove the edge.",
    ),
    Code(
        "NB305",
        "error",
        "A cycle",
        "Values flow one way, from Inputs to Outputs; a node cannot wait for what depends on it. Remove one edge of the cycle. For something that repeats, make a group and set its repeat, or use an LSTM or GRU.",
    ),
    Code(
        "NB306",
        "error",
        "There is no Input",
        "Data come into a network through Input nodes. Add one, choose a field of the data and connect it.",
    ),
    Code(
        "NB307",
        "error",
        "There is no Output",
        "What a network says leaves it through Output nodes: evaluation and export need at least one. Add one and connect the last layer to it.",
    ),
    Code(
        "NB308",
        "warning",
        "A dead end",
        "What this node computes is used by no Output and no loss, so it is left out of the generated code. Connect it, or remove it.",
    ),
    Code(
        "NB309",
        "warning",
        "An Output reaches no loss",
        "Training changes weights that a loss depends on. Nodes that lead to this Output alone keep the random weights they start with. Connect a loss, freeze them on purpose, or remove the Output.",
    ),
    Code(
        "NB310",
        "warning",
        "A loss that training cannot change",
        "Neither weights that training may change lead to this loss, nor anything that has some. Connect it to the network, or unfreeze a node before it.",
    ),
    Code(
        "NB311",
        "error",
        "A node cannot be bypassed",
        "A bypassed node hands its first input on as its first output, so it needs both, and nobody may use another of its outputs. Switch the bypass off, or remove the node.",
    ),
    Code(
        "NB312",
        "error",
        "A node in the wrong place",
        "Input, Target, Output and losses belong in the main graph; a group has Group inputs and Group outputs in their place. Move the node, or replace it by the other kind.",
    ),
    Code(
        "NB313",
        "error",
        "There is no such group",
        "The node is an instance of a group that the network does not have. Undo the removal of the group, or remove the node.",
    ),
    Code(
        "NB314",
        "error",
        "A group holds itself",
        "A group that contains an instance of itself, directly or through other groups, would never end. The message shows the path. For something that repeats, set the repeat of an instance.",
    ),
    Code(
        "NB315",
        "error",
        "A group that cannot stand in a row",
        "With a repeat above 1, the outputs of one repeat are the first inputs of the next one, in order; further inputs get the same value every time. So there must be at least as many inputs as outputs.",
    ),
    Code(
        "NB316",
        "error",
        "A repeat that is no sensible number",
        "The repeat of a group is a whole number from 1 to 1000, or an expression that gives one.",
    ),
    Code(
        "NB317",
        "error",
        "Repeats that cannot share their weights",
        "Weights that are used again and again have one shape. If a repeat changes sizes, or its parameters depend on the repeat index, every repeat needs weights of its own.",
    ),
    Code(
        "NB318",
        "warning",
        "A group input that nothing uses",
        "Whatever is connected to this input of the group has no effect. Connect it inside, or remove it.",
    ),
    Code(
        "NB319",
        "warning",
        "A group without an output",
        "Instances of the group hand nothing on, so nothing behind them can use what they compute. Add a Group output inside.",
    ),
    Code(
        "NB320",
        "error",
        "A network that is too large",
        "Groups may lie in each other at most 40 deep, and a network with all its groups opened may have at most 100,000 nodes. Nest less, or use the repeat of an instance.",
    ),
    Code(
        "NB321",
        "error",
        "A name that cannot be used",
        "Names of nodes, groups and group parameters become names in the generated source: letters, digits and _, a letter first, at most 64 of them, and no word that Python or torch needs itself.",
    ),
    Code(
        "NB322",
        "warning",
        "Softmax before a cross entropy",
        "CrossEntropyLoss takes raw scores and applies the logarithm of softmax itself, in a way that is numerically safe. Doing it before as well flattens the gradient, and training gets slow or stuck. Connect the loss to what comes before; the Output may keep its Softmax.",
    ),
    Code(
        "NB323",
        "warning",
        "Sigmoid before a loss that takes logits",
        "BCEWithLogitsLoss takes raw scores and applies the sigmoid itself, in a way that is numerically safe. Doing it before as well squeezes every score into 0.5 to 0.73. Connect the loss to what comes before; the Output may keep its Sigmoid.",
    ),
    Code(
        "NB324",
        "error",
        "An Output behind a Target or a loss",
        "Outputs are what the network is asked when it is used, and then nobody knows the right answers. So no Target and no loss may lead to an Output, neither directly nor through other nodes. Connect the Output to what comes before; losses are recorded in training without an Output. If the value is known in use too, bring it in by an Input.",
    ),
    Code(
        "NB325",
        "error",
        "A group parameter that contradicts itself",
        "The default of a group parameter must lie in its range, and the range must hold a number.",
    ),
    Code(
        "NB326",
        "warning",
        "A Target without a loss",
        "A Target brings the right answers in, and a loss compares what the network says with them; training makes the loss smaller. Without a loss there is nothing to train for. Add CrossEntropyLoss for classes, BCEWithLogitsLoss for yes or no, MSELoss for amounts, and connect the network's result and the Target to it.",
    ),
    Code(
        "NB327",
        "warning",
        "No gradient gets to any weight",
        "ArgMax, Step and comparisons are flat wherever they have a slope, so that nothing comes back through them. Where they stand between a loss and all weights, training changes nothing. Take a smooth function for training, Sigmoid for Step and Softmax for ArgMax, and decide behind an Output.",
        "Bengio, Leonard and Courville 2013, Estimating or Propagating Gradients Through Stochastic Neurons; torch.autograd, Locally disabling gradient computation",
    ),
    Code(
        "NB328",
        "warning",
        "Weights that no gradient gets to",
        "These weights lead to a loss only through a node that lets no gradient back, such as ArgMax, Step or a comparison: they keep the random values that they start with. Lead their values to a loss another way too, take a smooth function, or freeze them on purpose.",
        "Bengio, Leonard and Courville 2013, Estimating or Propagating Gradients Through Stochastic Neurons",
    ),
    Code(
        "NB329",
        "warning",
        "Raw scores where probabilities are expected",
        "BCELoss takes probabilities and NLLLoss their logarithms; of raw scores they make NaN or nonsense. Put Sigmoid, or LogSoftmax, before the loss, or better use BCEWithLogitsLoss, or CrossEntropyLoss, which do it themselves in a way that is safe for large scores.",
        "torch.nn.BCEWithLogitsLoss; torch.nn.NLLLoss",
    ),
    Code(
        "NB330",
        "warning",
        "ReLU before a loss",
        "What is predicted may be any number, and scores say no by numbers below 0. A ReLU at the end makes all of these 0 and stops their gradient. Connect the loss to what comes before; where amounts are never below 0, Softplus keeps a slope.",
        "Goodfellow, Bengio and Courville 2016, Deep Learning, section 6.2.2",
    ),
    Code(
        "NB331",
        "warning",
        "Two linear maps in a row",
        "One linear map after another is a linear map: together they can say no more than one of them, and only cost weights and time. Put an activation between them. Maps through a waist, depthwise kernels and long thin kernels are taken apart on purpose and left alone.",
        "Goodfellow, Bengio and Courville 2016, Deep Learning, section 6.1",
    ),
    Code(
        "NB332",
        "info",
        "A bias that a normalization takes away",
        "BatchNorm takes away the mean of every channel, and with it any bias that the layer before has added; its own bias takes the place. Set bias to false: the result is the same.",
        "Ioffe and Szegedy 2015, Batch Normalization, section 3.2; PyTorch Performance Tuning Guide",
    ),
    Code(
        "NB333",
        "info",
        "Dropout before a batch normalization",
        "Dropout makes numbers vary more in training than later. A BatchNorm behind it learns that larger variance and is wrong when the dropout is off. Put Dropout behind the last BatchNorm, or leave it out.",
        "Li et al. 2019, Understanding the Disharmony between Dropout and Batch Normalization by Variance Shift",
    ),
    Code(
        "NB334",
        "info",
        "Sigmoids between layers",
        "Sigmoid and tanh go flat for large numbers: there the gradient is nearly 0, and sigmoid has a slope of 1/4 at most. One tanh or two are fine. Between many layers ReLU, GELU or SiLU train faster; Sigmoid belongs to gates and to the end.",
        "Glorot and Bengio 2010, Understanding the Difficulty of Training Deep Feedforward Neural Networks; Glorot, Bordes and Bengio 2011, Deep Sparse Rectifier Neural Networks",
    ),
    Code(
        "NB335",
        "warning",
        "Softmax between layers",
        "Softmax makes numbers that add up to 1, so that most are near 0 and each one pushes the others down. Between layers little of the signal and of the gradient is left. It belongs to attention, to gates, and to the end; use ReLU or GELU here.",
        "Goodfellow, Bengio and Courville 2016, Deep Learning, section 6.2.2.3",
    ),
    Code(
        "NB336",
        "warning",
        "Too deep for sigmoids",
        "Each sigmoid or tanh makes the gradient smaller on its way back; through ten in a row next to nothing is left, and the first layers do not learn. Use ReLU, a normalization every layer or two, or skips that lead around.",
        "Hochreiter 1991; Glorot and Bengio 2010, Understanding the Difficulty of Training Deep Feedforward Neural Networks; He et al. 2016, Deep Residual Learning",
    ),
    Code(
        "NB341",
        "error",
        "Nothing to share weights with",
        "A node can use the weights of another node of the same graph. The one it names is not there, or is the node itself. Let it have its own weights, or choose another node.",
    ),
    Code(
        "NB342",
        "error",
        "Weights that cannot be shared",
        "Nodes that share weights use one and the same layer, so they are of one type, with the same parameters and sizes; instances of one group, with the same parameters and inputs of the same sizes. Only an Embedding and a Linear may differ: they share the table, when the Embedding has as many vectors as the Linear has output features, and vectors as long as its input. Running figures, such as those of BatchNorm, are shared too. Make both alike, or let each have its own weights.",
        "Bromley et al. 1993, Signature Verification Using a Siamese Time Delay Neural Network; Press and Wolf 2017, Using the Output Embedding to Improve Language Models",
    ),
    Code(
        "NB343",
        "error",
        "Weights shared in a chain",
        "A node uses the weights of a node that itself uses those of another, perhaps in a circle. Let both share with the one node whose weights they are.",
    ),
    Code(
        "NB344",
        "warning",
        "A learning rate or freezing without effect",
        "Frozen weights do not learn at any rate, and weights that several nodes share are frozen, and learn, as the node they are of says. Set it there, or take it away here.",
    ),
    Code(
        "NB345",
        "error",
        "No weights to share",
        "The node is to use the weights of another one, but its type has none. Take that away; nothing changes.",
    ),
    Code(
        "NB401",
        "error",
        "The data have no such field",
        "An Input or Target takes the field of the data that it names, or the one called like the node. Choose one of the fields in the message.",
    ),
    Code(
        "NB402",
        "error",
        "The shape does not hold a sample of the field",
        "The numbers of a field are laid out as the Input or Target says, so there must be as many: 784 numbers fit 784, 28 x 28 or 1 x 28 x 28. Change the shape.",
    ),
    Code(
        "NB403",
        "error",
        "Fewer logits than classes",
        "Cross entropy needs a score for every class. Let the last layer give as many numbers as the field has classes.",
    ),
    Code(
        "NB404",
        "warning",
        "More logits than classes",
        "The network gives scores to classes that never occur, which works and wastes weights. Let the last layer give as many numbers as the field has classes.",
    ),
    Code(
        "NB405",
        "warning",
        "Class numbers where 0 or 1 is expected",
        "BCEWithLogitsLoss answers yes-or-no questions, with 0 for no and 1 for yes. For one out of several classes use CrossEntropyLoss, with a logit for each.",
    ),
    Code(
        "NB406",
        "warning",
        "Amounts where classes are expected",
        "CrossEntropyLoss compares with the numbers of classes, but the field holds amounts, which would be cut to whole numbers. Use MSELoss or L1Loss to predict an amount.",
    ),
    Code(
        "NB407",
        "error",
        "The data cannot be used",
        "The data source does not exist, one of its settings is wrong, or a file or column is not there; the message says which. Without the data, shapes and classes are not compared with them, and nothing can be trained. Paths start at the document's folder.",
    ),
    Code(
        "NB408",
        "error",
        "Fewer rows than the field has numbers",
        "An Embedding looks up a row for every whole number that comes in. A number beyond the last row stops the training with an index error. Give it as many rows as the field has values.",
        "torch.nn.Embedding",
    ),
    Code(
        "NB409",
        "info",
        "One class is far rarer than another",
        "A network that always says the common class is right most of the time, and a plain loss is content with that. Weigh the rare class more with class_weights or pos_weight, or use FocalLoss, and look at f1 or auroc, which accuracy hides.",
        "He and Garcia 2009, Learning from Imbalanced Data; King and Zeng 2001, Logistic Regression in Rare Events Data",
    ),
    Code(
        "NB411",
        "warning",
        "The same samples in several splits",
        "Samples that a network was trained on turn up in validation or test with the same inputs, so the figures measured there are too good. Take duplicates out of the data, or split by what makes samples belong together.",
        "Kapoor and Narayanan 2023, Leakage and the Reproducibility Crisis in Machine-Learning-Based Science",
    ),
    Code(
        "NB412",
        "warning",
        "A feature that gives the answer away",
        "From one number of the input alone the answer follows without a mistake. Often it was made from the answer, or written down after it, and will not be there when the network is used. Leave it out, unless it is known beforehand.",
        "Kaufman and others 2012, Leakage in Data Mining",
    ),
    Code(
        "NB413",
        "info",
        "A column that says nothing",
        "All training samples have the same value there, or none has one, so nothing can be learnt from it. Leave it out.",
    ),
    Code(
        "NB414",
        "info",
        "Values far outside",
        "A few values lie far from all others: a slip, another unit, or a number that stands for a missing one, such as -999. They pull at means and gradients. Mend them, or leave their cells empty, which is filled with the mean.",
        "Tukey 1977, Exploratory Data Analysis",
    ),
    Code(
        "NB415",
        "warning",
        "Inputs of a scale that the first layer is not made for",
        "First weights are drawn for inputs around -1 to 1. Far larger ones drive activations to their ends and make steps jump; far smaller ones hardly count. Standardize the field.",
        "LeCun and others 1998, Efficient BackProp",
    ),
    Code(
        "NB416",
        "error",
        "Answers outside of what the loss takes",
        "Cross entropy takes class numbers from 0 to the number of scores less one, binary cross entropy numbers between 0 and 1. Anything else stops the training, or makes the loss mean nothing. Mend the answers, or give as many scores as there are classes.",
    ),
    Code(
        "NB417",
        "warning",
        "A column that looks like personal data",
        "Names, e-mail addresses, phone numbers and ids say who somebody is, and seldom what is to be predicted; a network can learn single persons by heart and give them away. Leave the column out, unless it is needed and may be used.",
        "Carlini and others 2019, The Secret Sharer",
    ),
    Code(
        "NB418",
        "warning",
        "A class without training samples",
        "The answer can be a class of which no training sample is, so the network will never say it. Add samples, or let the split be stratified.",
    ),
    Code(
        "NB419",
        "warning",
        "Dates as categories",
        "Each date of the column becomes a category of its own, so nothing is learnt of seasons, weekdays or trends, and a new date is unknown. Set dates of the source to parts (year, month, day, weekday, hour), to days since the earliest, or to all; or leave the column out.",
    ),
    Code(
        "NB420",
        "warning",
        "Free text as categories",
        "The column holds sentences that somebody wrote. Each becomes a category of its own, which the network can only learn by heart. Leave it out; a network for texts needs tokens and a source of texts.",
    ),
    Code(
        "NB421",
        "warning",
        "A column of many categories",
        "The column has so many different values that each has few rows or one, and each becomes an input of its own. Nothing is learnt from values that hardly occur, and new ones are unknown. Keep the most frequent ones (most_frequent of the source), set categories to codes for an embedding, or leave the column out.",
        "Micci-Barreca 2001, A Preprocessing Scheme for High-Cardinality Categorical Attributes",
    ),
    Code(
        "NB422",
        "error",
        "An augmentation that does not suit the network",
        "The augmentation of the data changes something that no Input of the network takes, such as images where rows of numbers go in, or it mixes samples whose answer cannot be shared. Training would not begin. Set the change to 0 in the Data window, or let the network take what it is for.",
    ),
    Code(
        "NB501",
        "error",
        "A node type that nobody knows",
        "The node comes from a pack that is not installed, or from a newer version. It stays in the file as it is, with its parameters and edges, but cannot be built. Install the pack, or remove the node.",
    ),
    Code(
        "NB502",
        "warning",
        "A node pack could not be used",
        "The pack, or one of its files, failed to load; the message says why. Its node types are missing until that is mended.",
    ),
    Code(
        "NB503",
        "error",
        "A node type's own code failed",
        "A rule of the node type raised an exception, which is a mistake in the pack it comes from. Other parameters or shapes may avoid it; tell the author of the pack.",
    ),
    Code(
        "NB504",
        "error",
        "A node of a newer version than is installed",
        "The node was written with a newer version of its type, whose parameters may mean something else. It is kept as it is and saved as it is, but it cannot be checked or trained. Update the program or the pack the type comes from.",
    ),
    Code(
        "NB505",
        "error",
        "A custom node of a folder that is not trusted",
        "The node's type is code in a file of somebody's own. Such code can do whatever a program can, so it runs only after you said once that you trust its folder. Look at the file; then trust the folder in the editor, or with `--trust-nodes FOLDER` on the command line, or remove the node. Trusting goes for the folder, whatever files it holds later on.",
    ),
    Code(
        "NB506",
        "error",
        "What comes out of a node is being found out",
        "The node's type does not say what flows out, so its module is run beside the program on tensors without numbers, at two sizes of the batch. Training and export wait for that. If it stays so, the process could not be started; let the node's file say it with `infer`.",
    ),
    Code(
        "NB507",
        "error",
        "What comes out of a node could not be found out",
        "The node's type does not say what flows out, and running its module on tensors without numbers failed; the message says why, and in which line. Mend the code, feed the node what it takes, or let its file say what flows out with `infer`.",
    ),
    Code(
        "NB601",
        "error",
        "A node that cannot be written",
        "The source of a network is written only after the check found no errors; this node passed it and still has no type to be written from. It is a mistake of the program: please report it with the file.",
    ),
    Code(
        "NB602",
        "error",
        "Repeats that share weights differ",
        "The repeats of a group share one module, but what it is built from differs between them: a size or a parameter. Let every repeat have its own weights, or keep sizes as they come in.",
    ),
    Code(
        "NB603",
        "error",
        "A name that Python does not take",
        "A name from the document would stand in the generated source, but is no name in Python. Rename it.",
    ),
    Code(
        "NB701",
        "error",
        "The recipe cannot be followed",
        "A setting of the training recipe is misspelt, out of its range, or does not go with another one; the message says which. Source can be written, but nothing can be trained. Change the recipe in the file, or for one run with `netbuilder train --set recipe.NAME=VALUE`.",
    ),
    Code(
        "NB702",
        "warning",
        "A learning rate far from what is usual",
        "Far above the usual, steps go over the target and the loss becomes NaN; far below, weights hardly move. Start with 0.001 for Adam and AdamW and 0.01 for SGD, and try steps of about 3 up and down.",
        "Bengio 2012, Practical Recommendations for Gradient-Based Training; Kingma and Ba 2015, Adam",
    ),
    Code(
        "NB703",
        "warning",
        "Batch normalization with a batch of one",
        "BatchNorm measures mean and variance over the batch. Of a single sample they say nothing, for plain features torch refuses it, and the running figures are noise. Use batches of 8 or more, or LayerNorm or GroupNorm, which look at one sample at a time.",
        "Wu and He 2018, Group Normalization",
    ),
    Code(
        "NB711",
        "info",
        "Units that never fire",
        "While the training was watched, these units gave 0 for every sample of many batches, so no gradient reaches their weights and they may stay that way. A large learning rate or a large negative bias brings it about. Lower the learning rate, put a normalization before the activation, or use one with a slope below 0, such as LeakyReLU.",
        "Maas, Hannun and Ng 2013, Rectifier Nonlinearities Improve Neural Network Acoustic Models",
    ),
    Code(
        "NB712",
        "info",
        "A saturated activation",
        "Most outputs lie next to a bound of the activation, where its slope is almost 0, so that little gradient comes through. Its inputs are too large: put a normalization before it, standardize the data, or lower the learning rate. Of an activation right before an output or a loss it is not told.",
        "Glorot and Bengio 2010, Understanding the Difficulty of Training Deep Feedforward Neural Networks",
    ),
    Code(
        "NB713",
        "info",
        "Gradients that vanish",
        "The gradients of a layer's weights are a hundred thousand times smaller than those of another one, so that the layer learns next to nothing. Many saturating activations one after the other bring it about. Use ReLU-like activations, a normalization, or a way around the layers that are added to what they give.",
        "Glorot and Bengio 2010, Understanding the Difficulty of Training Deep Feedforward Neural Networks; He and others 2016, Deep Residual Learning",
    ),
    Code(
        "NB714",
        "info",
        "Gradients that explode",
        "The gradients of a layer's weights are so large that one step may throw them far off. Clip gradients by their norm (clip_norm in the recipe), lower the learning rate, or bring data and targets to a standard deviation of 1.",
        "Pascanu, Mikolov and Bengio 2013, On the Difficulty of Training Recurrent Neural Networks",
    ),
)
