story ignored-value
title
  en: The proposer that does not listen
  zh: 不听报告的提议者
run paxos:ignores-accepted;r1;s1;clients=0

step
  until time >= 5ms
  do do.n1.propose.1.7
  until n1.learned.1 = 7
  spot n1
  en: 7 is chosen, and n1 knows it. Now n2 comes with 8.
  zh: 7 已被选定，n1 也知道。这时 n2 带着 8 来了。

step
  do do.n2.propose.1.8
  until arrives Promise to n2
  spot n2
  en: The promises for n2 report 7. Watch the value that n2 proposes.
  zh: 给 n2 的承诺报告了 7。留意 n2 提出的值。
  ask
    en: Which value must a proposer propose here?
    zh: 此时提议者必须提出哪个值？
    right
      en: 7, the value of the highest ballot reported
      zh: 7，报告中编号最高的投票的值
      why
        en: It may be chosen already, and here it is.
        zh: 它可能已被选定，而这里确实如此。
    wrong
      en: 8, its own
      zh: 8，它自己的值
      why
        en: Only where no promise reports anything. This variant does it all the same.
        zh: 只有承诺什么都没报告时才可以。而这个变体不管不顾。
    wrong
      en: Either, the acceptors will refuse the wrong one
      zh: 都行，接受者会拒绝错的那个
      why
        en: Acceptors look at ballots, never at values.
        zh: 接受者只看投票编号，从不看值。

step
  until broken agreement
  spot n2
  en: n2 proposed its own 8 in a higher ballot, and a majority accepted it: two values. The variant “Single-decree Paxos”
    goes on with 7.
  zh: n2 在更高的投票中提出自己的 8，并被多数派接受：选定了两个值。“单值 Paxos”变体会接手 7。
