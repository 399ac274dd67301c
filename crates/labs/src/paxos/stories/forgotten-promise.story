story forgotten-promise
title
  en: The acceptor that forgets
  zh: 健忘的接受者
run paxos:forgetful-acceptor;r1;s1;clients=0;latency_us=10000-10000;disk_us=0-0

step
  until time >= 1ms
  do do.n1.propose.1.7
  do cut.n5
  until n1.learned.1 = 7
  spot n3 n4
  en: n3 and n4 have accepted 7: it is chosen, with n5 out of reach. But acceptors here keep what they know in memory only.
  zh: n3 和 n4 接受了 7，它已被选定，而 n5 暂时不可达。但这里的接受者只把所知道的保存在内存里。

step
  do crash.n4
  until time >= 70ms
  do restart.n4
  do heal
  do cut.n3
  do do.n2.propose.1.8
  spot n4 n5
  en: n4 restarts and knows nothing. Now n3 is out of reach, and n2 proposes 8 to n4 and n5. Watch what they report.
  zh: n4 重启后一无所知。此时 n3 不可达，n2 向 n4 和 n5 提出 8。留意它们报告了什么。
  ask
    en: What will be chosen?
    zh: 会选定什么？
    right
      en: 8, a second value
      zh: 8，第二个值
      why
        en: n4 stood for the first majority and has forgotten it. The two majorities share nobody who remembers.
        zh: n4 属于第一个多数派，却已忘记。两个多数派之间没有任何记得的成员。
    wrong
      en: 7, for it was chosen
      zh: 7，因为它已被选定
      why
        en: Only n3 knows, and it cannot be asked.
        zh: 只有 n3 知道，却无法询问它。
    wrong
      en: Nothing, with n3 away
      zh: 什么都不会，因为 n3 不在
      why
        en: n4 and n5 are two of three.
        zh: n4 和 n5 是三个中的两个。

step
  until broken agreement
  spot n4
  en: Two values are chosen. Promise and acceptance belong on the disk before they are said, as in the variant “Single-decree
    Paxos”, where the same run keeps 7.
  zh: 选定了两个值。承诺和接受都必须先落盘再说出口，正如“单值 Paxos”变体，同样的过程会保住 7。
